"""The front-end files: complete, ours to serve, and every icon that a template names is in the sprite."""

import json
import re
from pathlib import Path

import pytest

from admin.assets import build

ROOT = Path(__file__).parents[2]


def test_every_expected_file_is_there():
    assert build.missing() == []


def test_an_absent_file_and_an_empty_one_are_named(tmp_path, monkeypatch):
    for name in build.expected():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "icons.svg").write_text("")
    (tmp_path / "tabler.min.js").unlink()
    monkeypatch.setattr(build, "VENDOR", tmp_path)
    assert build.missing() == ["tabler.min.js", "icons.svg"]


def test_the_lock_holds_hashes_and_no_addresses():
    packages = json.loads((ROOT / "admin/assets/package-lock.json").read_text())["packages"]
    del packages[""]
    assert packages
    assert all("integrity" in package and "resolved" not in package for package in packages.values())


def test_a_file_that_a_package_lacks_is_named(tmp_path):
    with pytest.raises(build.AssetError, match=r"@tabler/core/dist/js/tabler\.min\.js"):
        build.copy_files(tmp_path, tmp_path / "made")


def test_the_style_sheets_ask_nothing_of_other_hosts():
    for sheet in build.VENDOR.glob("*.css"):
        assert not re.findall(r"(?:url\(|@import\s+)['\"]?(?:https?:)?//[^)'\"]+", sheet.read_text("utf-8"))


def test_every_icon_that_a_template_names_is_in_the_sprite():
    sprite = (build.VENDOR / "icons.svg").read_text("utf-8")
    drawn = set(re.findall(r'<symbol id="tabler-([\w-]+)"', sprite))
    named = {
        icon
        for template in [*ROOT.glob("admin/**/*.html"), *ROOT.glob("plugins/**/*.html")]
        for icon in re.findall(r"icons\.svg#tabler-([a-z][\w-]+)", template.read_text("utf-8"))
    }
    assert drawn == set(build.CONFIG["icons"]["outline"])
    assert named <= drawn
