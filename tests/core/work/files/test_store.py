"""The two stores do the same, and tell what they cannot do."""

import socketserver
import stat
from datetime import timedelta
from threading import Thread
from types import SimpleNamespace

import pytest

from core.config import SettingError
from core.data.time import now
from core.errors import NotFound, Unavailable
from core.work.files.bucket import BucketStore, open_bucket
from core.work.files.store import FolderStore, new_name, open_store


@pytest.fixture(autouse=True)
def context(app):
    """Sentences need an application."""
    with app.app_context():
        yield


def test_what_is_put_is_opened_listed_and_deleted(keeper):
    name, other = new_name(), new_name()
    keeper.put("EG-KN", name, b"paper")
    keeper.put("EG-SHR", other, b"another's")
    with keeper.open("EG-KN", name) as file:
        assert file.read(3) + file.read() == b"paper"
    (kept,) = keeper.files("EG-KN")
    assert (kept.name, kept.size) == (name, 5)
    assert abs(kept.at - now()) < timedelta(minutes=2)
    keeper.delete("EG-KN", name)
    keeper.delete("EG-KN", name)
    assert list(keeper.files("EG-KN")) == []
    assert [file.name for file in keeper.files("EG-SHR")] == [other]


def test_a_file_that_goes_while_they_are_listed_is_left_out(keeper):
    names = sorted(new_name() for _ in range(3))
    for name in names:
        keeper.put("EG-KN", name, b"paper")
    listed = keeper.files("EG-KN")
    assert next(listed).name == names[0]
    keeper.delete("EG-KN", names[1])
    assert next(file.name for file in listed if file.name != names[1]) == names[2]


def test_a_governorate_opens_nothing_of_another(keeper):
    name = new_name()
    keeper.put("EG-KN", name, b"paper")
    with pytest.raises(NotFound):
        keeper.open("EG-SHR", name)


def test_a_name_stands_for_the_last_thing_put(keeper):
    name = new_name()
    for content in (b"first", b"second"):
        keeper.put("EG-KN", name, content)
    with keeper.open("EG-KN", name) as file:
        assert file.read() == b"second"


def test_names_are_random_and_the_folder_is_for_our_account_alone(tmp_path):
    assert len({new_name() for _ in range(100)}) == 100
    keeper, name = FolderStore(tmp_path / "attachments"), "ab" + "0" * 30
    keeper.put("EG-KN", name, b"paper")
    path = tmp_path / "attachments/EG-KN/ab" / name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_full_or_forbidden_disk_is_told_and_leaves_no_half(tmp_path):
    (tmp_path / "attachments").write_text("a file where the folder should be")
    with pytest.raises(Unavailable, match="Nothing was saved"):
        FolderStore(tmp_path / "attachments").put("EG-KN", new_name(), b"paper")


def test_a_disk_that_fails_in_the_middle_leaves_no_half(tmp_path, monkeypatch):
    def fail(descriptor):
        raise OSError(28, "No space left on device")

    keeper = FolderStore(tmp_path)
    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(Unavailable):
        keeper.put("EG-KN", new_name(), b"paper")
    assert list(keeper.files("EG-KN")) == []


def test_a_bucket_that_is_away_or_not_ours_is_told(bucket_server):
    client = open_bucket(settings(f"s3://papers?endpoint={bucket_server}")).client
    with pytest.raises(Unavailable):
        BucketStore(client, "another-bucket").put("EG-KN", new_name(), b"paper")
    nobody = open_bucket(settings("s3://papers?endpoint=http://127.0.0.1:9"))
    with pytest.raises(Unavailable):
        nobody.put("EG-KN", new_name(), b"paper")
    with pytest.raises(Unavailable):
        list(nobody.files("EG-KN"))


def test_a_bucket_that_breaks_off_in_the_middle_is_away_too():
    with socketserver.TCPServer(("127.0.0.1", 0), BreakingOff) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        keeper = open_bucket(settings(f"s3://papers?endpoint=http://127.0.0.1:{server.server_address[1]}"))
        with keeper.open("EG-KN", new_name()) as file, pytest.raises(Unavailable):
            file.read()
        server.shutdown()


class BreakingOff(socketserver.StreamRequestHandler):
    """Promises 100 bytes and sends 5."""

    def handle(self):
        while self.rfile.readline().strip():
            pass
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npaper")


def test_keys_begin_with_the_prefix_and_the_code(bucket_server):
    keeper, name = open_bucket(settings(f"s3://papers/diwan/kept?endpoint={bucket_server}")), new_name()
    keeper.put("EG-KN", name, b"paper")
    found = keeper.client.list_objects_v2(Bucket="papers", Prefix="diwan/kept/EG-KN/")["Contents"]
    assert [one["Key"] for one in found] == [f"diwan/kept/EG-KN/{name[:2]}/{name}"]


@pytest.mark.parametrize("url", ["http://host/bucket", "s3://", "papers", "s3:///papers"])
def test_an_address_that_is_no_bucket_is_a_wrong_setting(url):
    with pytest.raises(SettingError, match="DIWAN_ATTACHMENTS_URL"):
        open_store(settings(url))


def settings(url):
    return SimpleNamespace(attachments_url=url, s3_access_key="key", s3_secret_key="secret")
