"""A governorate's file that is damaged, gone or replaced: told plainly, nothing made anew, and work goes on."""

import os
import shutil
from pathlib import Path

import pytest
from sqlalchemy import inspect, make_url

from core.governorates.present import engines, registry

PAGES = ("", "login", "admin/")


@pytest.fixture
def place(ground):
    """A governorate in a file, its path and a browser's way of asking for its pages."""
    with ground.governorate("EG-SHR", modules=("desk",)) as code:
        with ground.app.app_context():
            file = Path(make_url(registry().get(code).url).database)
        yield code, file


@pytest.fixture
def ask(ground, place):
    client = ground.app.test_client()
    client.set_cookie("language", "en")

    def ask(page=""):
        return client.get(f"/{place[0]}/{page}")

    return ask


def close(ground):
    """As if the server had been stopped: what it wrote is all in the file."""
    with ground.app.app_context():
        engines().dispose()


def test_a_damaged_file_is_the_maintenance_page_on_every_page_and_mended_it_serves_again(ground, place, ask):
    _code, file = place
    assert ask().status_code == 200
    close(ground)
    whole = file.read_bytes()
    with file.open("r+b") as damaged:
        damaged.write(b"\x00" * 100)
    for page in PAGES:
        answer = ask(page)
        assert answer.status_code == 503, page
        assert "away at the moment" in answer.text
        assert "lost" not in answer.text
    close(ground)
    file.write_bytes(whole)
    assert ask().status_code == 200


def test_a_file_that_is_gone_is_not_made_by_asking_and_put_back_it_serves_at_once(ground, place, ask):
    _code, file = place
    assert ask().status_code == 200
    backup = file.with_suffix(".backup")
    close(ground)
    shutil.copyfile(file, backup)
    assert ask().status_code == 200  # the server holds a connection to what is now taken away
    file.unlink()
    for page in PAGES:
        assert ask(page).status_code == 503, page
    assert not file.exists()
    os.replace(backup, file)
    assert ask().status_code == 200


def test_a_replaced_file_is_read_and_not_the_one_that_was_deleted(ground, place):
    code, file = place
    close(ground)
    other = file.with_suffix(".other")
    shutil.copyfile(file, other)
    with ground.app.app_context():
        engine = engines().get(code, registry().get(code).url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE desk_mark (x INTEGER)")
    os.replace(other, file)
    for suffix in ("-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    found = inspect(engine).get_table_names()
    assert "core_setting" in found
    assert "desk_mark" not in found


def test_upgrade_doctor_and_audit_name_a_missing_file_and_make_none(diwan, ground, place):
    code, file = place
    close(ground)
    with ground.governorate("EG-KN"):
        file.unlink()
        upgraded = diwan("upgrade", "--all")
        assert upgraded.exit_code == 1
        assert f"{code} core: FAILED: the file {file} is missing" in upgraded.output
        assert "EG-KN core: up to date" in upgraded.output
        assert f"{code}: its database file is missing: put {file} back" in diwan("doctor").output
        assert not file.exists()


@pytest.mark.parametrize("word", ["verify", "head"])
def test_an_audit_of_all_names_the_damaged_and_goes_on(diwan, ground, place, word):
    code, file = place
    close(ground)
    file.write_bytes(b"\x00" * 4096)
    with ground.governorate("YE-AD"):
        walked = diwan("audit", word)
    assert walked.exit_code == 1
    assert f"{code}: cannot be read: the database: file is not a database" in walked.output
    assert "\nYE-AD" in walked.output, "the next one is walked all the same"


@pytest.mark.parametrize(
    ("locale", "said"), [("C.UTF-8", "is not installed here"), ("ar_EG.UTF-8", "غير مركّب")]
)
def test_a_command_speaks_the_language_of_its_shell_throughout(diwan, place, monkeypatch, locale, said):
    monkeypatch.setenv("LC_ALL", locale)
    refused = diwan("module", "enable", "--governorate", place[0], "ledger")
    assert refused.exit_code == 1
    assert said in refused.output


def test_codes_are_taken_in_small_letters_and_the_unknown_is_said_to_be(diwan, ground, place):
    assert "no governorate EG-QQ in the registry" in diwan("governorate", "remove", "EG-QQ").output
    try:
        assert diwan("governorate", "add", "eg-asn").output == "EG-ASN Aswan is served at /EG-ASN/\n"
    finally:
        removed = diwan("governorate", "remove", "eg-asn", "--confirm", "eg-asn", "--drop-database")
    assert removed.output == "EG-ASN is no longer served\n"


def test_rejected_rows_that_somebody_corrects_are_not_overwritten(diwan, place, tmp_path):
    file = tmp_path / "categories.csv"
    file.write_text("code,name_en\nA1,Roads\nA2,\n", encoding="utf-8")
    files = [file.with_name(f"categories.csv.rejected{number}.csv") for number in ("", ".2", ".3")]
    for path in files:
        done = diwan("import", "core.category", file, "--governorate", place[0])
        assert done.exit_code == 1, done.output
        assert f"see {path}\n" in done.output
        path.write_text("being corrected")
