"""`plugin.toml` is read without importing code; whatever is wrong with it is said in one sentence."""

import re

import pytest

from core.modules.discovery import discover
from core.modules.manifest import read_manifest
from core.modules.problem import Unusable

GOOD = """
id = "lumen"
version = "0.1.0"
host = ">=0.1,<0.2"
title = { ar = "أعمدة الإنارة", en = "Street lamps" }
summary = { ar = "وحدة سليمة", en = "A sound module" }
"""


def write(folder, text=GOOD):
    folder.mkdir(exist_ok=True)
    (folder / "plugin.toml").write_text(text, "utf-8")
    return folder


def test_the_least_manifest_is_enough(tmp_path):
    manifest = read_manifest(write(tmp_path / "lumen"))
    assert (manifest.id, manifest.title["ar"], manifest.depends) == ("lumen", "أعمدة الإنارة", ())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ('dependz = ["x"]', "unknown key 'dependz'; did you mean 'depends'"),
        ("depends = 5", "'depends' must be a list of texts"),
        ('depends = ["Land"]', "'Land' is not a possible module id"),
        ('depends = ["core"]', "'core' is not a possible module id"),
        ('auto_install = "yes"', "'auto_install' has the wrong kind of value"),
        ('seed = ["seed/absent.csv"]', "names the file 'seed/absent.csv', which is not there"),
        ('seed = ["../../etc/passwd"]', "which is not there"),
        ("depends = [", "plugin.toml cannot be read"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, change, sentence):
    with pytest.raises(Unusable, match=re.escape(sentence)):
        read_manifest(write(tmp_path / "lumen", GOOD + change))


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ('id = "lumen"', "", "lacks the key 'id'"),
        ('ar = "أعمدة الإنارة", ', "", "'title' must be a table with the texts 'ar' and 'en'"),
        ('"0.1.0"', '"first"', "Invalid version"),
        (">=0.1,<0.2", ">=9", "It is made for Diwan >=9; this is Diwan"),
        (">=0.1,<0.2", "newest", "Invalid specifier"),
        ('id = "lumen"', 'id = "ab"', "'ab' is not a possible module id"),
    ],
)
def test_what_is_missing_or_does_not_fit_is_named(tmp_path, before, after, sentence):
    assert before in GOOD
    with pytest.raises(Unusable, match=re.escape(sentence)):
        read_manifest(write(tmp_path / "lumen", GOOD.replace(before, after)))


def test_a_manifest_that_is_no_text_is_a_sentence_too(tmp_path):
    (write(tmp_path / "lumen") / "plugin.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Unusable, match="cannot be read"):
        read_manifest(tmp_path / "lumen")


def test_a_folder_must_bear_its_id_and_an_id_is_taken_once(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write(tmp_path / name / "lumen")
    write(tmp_path / "one" / "lanterns")
    found = discover((tmp_path / "one", tmp_path / "two"))
    assert found.folders["lumen"] == tmp_path / "one" / "lumen"
    assert "must bear its id 'lumen'" in str(found.problems["lanterns"])
    (twin,) = [text for name, text in found.problems.items() if name.startswith("lumen (")]
    assert "has the same id" in str(twin)
    assert "lumen" in found.manifests


def test_discovery_imports_nothing(tmp_path):
    write(tmp_path / "lumen")
    (tmp_path / "lumen" / "__init__.py").write_text("raise AssertionError('imported')", "utf-8")
    assert "lumen" in discover((tmp_path,)).manifests


def test_an_installed_package_is_found_by_its_entry_point_without_running_it(tmp_path, monkeypatch):
    package = write(tmp_path / "diwan_lanterns", GOOD.replace('"lumen"', '"lanterns"'))
    (package / "__init__.py").write_text("raise AssertionError('imported')", "utf-8")
    info = tmp_path / "diwan_lanterns-0.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: diwan-lanterns\nVersion: 0.1\n", "utf-8")
    (info / "entry_points.txt").write_text("[diwan.plugins]\nlanterns = diwan_lanterns\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    found = discover()
    assert found.packages["lanterns"] == "diwan_lanterns"
    assert found.folders["lanterns"] == package
