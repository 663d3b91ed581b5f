"""A store of each test's own: a folder, or a bucket behind a real server of moto's on the loopback."""

from types import SimpleNamespace

import pytest

from core.work.files.store import STORE, FolderStore, open_store


@pytest.fixture(scope="session")
def bucket_server():
    """The address of a server that speaks S3, with an empty bucket `papers`."""
    boto3, server = pytest.importorskip("boto3"), pytest.importorskip("moto.server")
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    address = f"http://{host}:{port}"
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
    boto3.client("s3", endpoint_url=address, **keys).create_bucket(Bucket="papers")
    yield address
    running.stop()


def bucket(address, folder="test"):
    """The store of an installation whose settings name that server."""
    url = f"s3://papers/{folder}?endpoint={address}"
    return open_store(SimpleNamespace(attachments_url=url, s3_access_key="key", s3_secret_key="secret"))


@pytest.fixture(params=["folder", "bucket"])
def keeper(request, tmp_path):
    """Each of the two stores, empty."""
    if request.param == "folder":
        return FolderStore(tmp_path / "attachments")
    return bucket(request.getfixturevalue("bucket_server"), tmp_path.name)


@pytest.fixture
def folder(app, monkeypatch, tmp_path):
    """The application keeps its files in a folder of this test."""
    found = FolderStore(tmp_path / "attachments")
    monkeypatch.setitem(app.extensions, STORE, found)
    return found
