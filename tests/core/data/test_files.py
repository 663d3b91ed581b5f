"""A file has its name only when it is whole, and what a power cut could take is on the disk before."""

import hashlib
import io
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import files
from core.data.files import copy_hashed, flush_tree, make_folder, replace_whole, sha256_of


@pytest.fixture
def synced(monkeypatch):
    """What was brought to the disk, in order, as paths."""
    seen, real = [], os.fsync

    def fsync(descriptor):
        seen.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return seen


def test_a_file_written_whole_is_synced_before_its_name_and_its_folder_after(tmp_path, synced):
    path = tmp_path / "a" / "b" / "journal.json"
    with replace_whole(path) as file:
        file.write("سطر".encode())
        assert not path.exists()
    assert path.read_text("utf-8") == "سطر"
    top, above, folder = (str(one) for one in (tmp_path, tmp_path / "a", tmp_path / "a/b"))
    assert synced == [top, above, f"{path}.half", folder], "every new folder is named lastingly, too"
    assert [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent)] == [0o600, 0o700]


def test_what_fails_half_way_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "journal.json"
    path.write_bytes(b"old")

    def write():
        with replace_whole(path) as file:
            file.write(b"ne")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("journal.json", b"old")]


def test_a_folder_that_is_there_is_left_alone(tmp_path, synced):
    make_folder(tmp_path)
    assert synced == []


def test_a_tree_is_on_the_disk_with_all_its_folders(tmp_path, synced):
    names = ["a", "a/b", "a/b/file", "a/empty", "top"]
    for name in names:
        path = tmp_path / name
        path.write_bytes(b"x") if name in ("a/b/file", "top") else path.mkdir()
    flush_tree(tmp_path)
    assert sorted(synced) == sorted(str(tmp_path / name) for name in ["", *names])


@given(st.binary(max_size=50), st.integers(1, 7))
def test_the_hash_is_that_of_the_whole_whatever_the_pieces(data, piece):
    whole = hashlib.sha256(data).hexdigest()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "PIECE", piece)
        copy = io.BytesIO()
        assert copy_hashed(io.BytesIO(data), copy) == (whole, len(data))
        assert copy.getvalue() == data
        assert sha256_of(io.BytesIO(data)) == whole
