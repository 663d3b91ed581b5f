"""The doctor finds what should not be, names it, and fails for what is grave."""

import os
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, make_url, text

from core.governorates.present import engines, registry
from core.governorates.setting import Setting
from core.messages.channels import channels
from core.messages.outbox import queue
from core.modules.problem import Problem
from core.operation import doctor as module
from core.operation import installation
from core.operation.doctor import examine, shown_settings
from core.operation.finding import Finding
from core.people.demo import load_people
from core.people.sign_in import DEMO
from core.work.files.attachments import Attachment
from core.work.files.store import STORE, FolderStore


@pytest.fixture
def findings(app):
    """What the doctor says of one part: (sentence, grave)."""

    def found(where):
        with app.app_context():
            return [(one.what, one.grave) for one in examine(app) if one.where == where]

    return found


@pytest.fixture
def settings(app, monkeypatch):
    """Change the application's settings for a test."""

    def change(**values):
        monkeypatch.setitem(app.config, "DIWAN", replace(app.config["DIWAN"], **values))

    return change


def test_a_sound_governorate_is_passed_over_in_silence(findings, ground, governorate, backend, postgres_role):
    postgres_role(governorate)
    assert findings(governorate) == []


@pytest.fixture
def postgres_role(ground, backend, request, readdress):
    """Give the governorate on PostgreSQL a role of its own that owns its database; nothing on SQLite."""
    made = []

    def settle(code):
        if backend == "sqlite":
            return
        with ground.app.app_context():
            url = make_url(registry().get(code).url)
            role = f"diwan_role_{url.database[-12:]}"
            engine = create_engine(url, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                for statement in (
                    f"CREATE ROLE {role} LOGIN",
                    f"ALTER DATABASE {url.database} OWNER TO {role}",
                    f"REVOKE ALL ON DATABASE {url.database} FROM PUBLIC",
                    f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}",
                ):
                    connection.execute(text(statement))
            engine.dispose()
            made.append((url, role))
            readdress(code, url.set(username=role).render_as_string(hide_password=False))

    yield settle
    for url, role in made:
        with ground.app.app_context():
            engines().dispose()
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"REASSIGN OWNED BY {role} TO CURRENT_USER"))
            connection.execute(text(f"DROP OWNED BY {role}"))
            connection.execute(text(f"DROP ROLE {role}"))
        engine.dispose()


@pytest.mark.postgres
def test_a_powerful_role_and_an_open_database_are_found_and_grave_in_production(findings, ground, settings):
    with ground.governorate("EG-KN", backend="postgres") as code:
        found = findings(code)
        assert ("its role may do more than own this database", False) in found
        assert ("every role may enter its database: REVOKE ALL ... FROM PUBLIC", False) in found
        settings(env="production")
        assert ("its role may do more than own this database", True) in findings(code)


@pytest.mark.postgres
def test_a_login_role_that_owns_its_tables_is_told_of(findings, ground):
    with ground.governorate("EG-KN", backend="postgres") as code:
        said = [what for what, grave in findings(code) if not grave]
        assert any(what.startswith("its login role owns its tables") for what in said)


def test_what_other_accounts_of_the_machine_may_read_is_found(findings, settings, tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "registry.sqlite").touch()
    (tmp_path / "registry.sqlite").chmod(0o644)
    settings(data_dir=tmp_path)
    said = f"others of this machine may reach registry.sqlite: run chmod -R go= {tmp_path}"
    assert findings("data") == [(said, False)]
    settings(env="production")
    assert findings("data") == [(said, True)]
    tmp_path.chmod(0o700)
    assert findings("data") == [], "what lies in a closed folder is closed"


def test_what_a_crash_left_is_named_once_nobody_can_be_writing_it(findings, settings, tmp_path):
    settings(data_dir=tmp_path)
    left = [tmp_path / "passing" / "tmpabc", tmp_path / "exports/EG-KN/desk-2026.incomplete"]
    for folder in left:
        folder.mkdir(parents=True)
    half = tmp_path / "backups" / ".EG-KN.diwan.zip.half"
    half.parent.mkdir()
    half.touch()
    tmp_path.chmod(0o700)
    assert findings("data") == []
    for path in (*left, half):
        os.utime(path, (0, 0))
    ((what, grave),) = findings("data")
    assert all(str(path) in what for path in (*left, half))
    assert not grave


def test_demo_accounts_among_real_data_are_grave(findings, ground, governorate):
    with ground.session(governorate) as session:
        load_people(session, governorate)
        session.commit()
    said = [what for what, _grave in findings(governorate)]
    assert not any("demo" in what for what in said), "this is demo data, and may be"
    with ground.session(governorate) as session:
        session.delete(session.get(Setting, DEMO))
        session.commit()
    grave = [what for what, grave in findings(governorate) if grave]
    assert any(what.startswith("demo accounts among real data: admin") for what in grave)


def test_demo_data_in_production_is_grave(findings, ground, governorate, settings):
    with ground.session(governorate) as session:
        session.add(Setting(key=DEMO, value="1"))
        session.commit()
    settings(env="production")
    assert ("is demo data, and this is production", True) in findings(governorate)


def test_messages_that_nothing_will_send_are_told_of(findings, ground, governorate, settings, app):
    """In production the SMS of the development machine, a file, is no channel."""
    with ground.session(governorate) as session:
        for n in range(3):
            queue("sms", "+201012345678", "", "text", effect_key=f"answered {n}")
        session.commit()
    assert not [what for what, _grave in findings(governorate) if "wait for" in what]
    said = "3 messages wait for sms, by which nothing is sent here: install a module that brings this channel"
    with app.app_context():
        known = channels()
    file = known.pop("sms")
    try:
        assert (said, False) in findings(governorate)
        settings(env="production")
        assert (said, True) in findings(governorate)
    finally:
        known["sms"] = file


def test_a_password_for_the_mail_server_that_travels_in_the_clear_is_grave(findings, settings):
    settings(env="production", smtp_url="smtp://me:hidden@mail")
    said = "DIWAN_SMTP_URL sends its password unencrypted: add ?starttls=1"
    assert (said, True) in findings("settings")
    for well in ("smtp://me:hidden@mail?starttls=1", "smtps://me:hidden@mail", "smtp://mail"):
        settings(env="production", smtp_url=well)
        assert (said, True) not in findings("settings"), well


def test_a_database_that_is_away_or_another_s_is_a_finding(findings, ground, governorate, readdress):
    with ground.governorate("EG-SHR") as other, ground.app.app_context():
        readdress(other, "sqlite:////nowhere/at-all.sqlite")
        missing = "its database file is missing: put /nowhere/at-all.sqlite back, or call diwan restore BACKUP --replace"
        assert findings(other) == [(missing, True)]
        readdress(other, registry().get(governorate).url)
        assert "is outdated or not its own database: run diwan upgrade --all" in findings(other)[0][0]


def test_tables_of_a_module_whose_code_is_gone_are_named(findings, ground, governorate):
    with ground.app.app_context():
        engine = engines().get(governorate, registry().get(governorate).url)
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE diwan_version_parking (version_num VARCHAR(32))")
        assert ("holds tables of the module parking, whose code is missing", False) in findings(governorate)


def test_what_is_convenient_for_trying_out_is_grave_in_production(findings, ground, settings, tmp_path):
    assert findings("settings") == []
    key = "k" * 40
    (tmp_path / "secret.key").write_text(key)
    settings(env="production", data_dir=tmp_path, secret_key=key, provision_url="postgresql://x/y")
    with ground.governorate("EG-KN"), ground.governorate("EG-SHR"):
        said = " ".join(what for what, grave in findings("settings") if grave)
    for word in ("BASE_URL", "HOSTS", "lies beside", "PROVISION_URL", "SMTP_URL", "one origin"):
        assert word in said
    well = {"base_url": "https://diwan.example", "hosts": ("diwan.example",), "smtp_url": "smtp://mail"}
    settings(secret_key="s" * 40, provision_url=None, **well)
    assert findings("settings") == []


def test_missing_assets_another_core_and_a_broken_module(findings, app, settings, monkeypatch, tmp_path):
    monkeypatch.setattr(installation, "ASSETS", tmp_path / "stamp")
    assert findings("screens")[0] == ("front-end files are missing: run make assets", False)
    settings(env="production")
    assert findings("screens")[0][1], "production refuses that state"

    (tmp_path / "core").mkdir()
    (tmp_path / "core/__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    assert findings("python") == [(f"another package named core is in the way: {tmp_path / 'core'}", True)]

    desk = app.extensions["diwan"].modules["desk"]
    monkeypatch.setattr(desk, "state", "broken")
    monkeypatch.setattr(desk, "problem", Problem("It is torn."))
    assert findings("module desk") == [("It is torn.", True)]


def test_the_command_shows_no_secret_and_fails_for_what_is_grave(diwan, settings, monkeypatch):
    settings(provision_url="postgresql://root:hidden@db/postgres", smtp_url="smtp://me:hidden@mail")
    monkeypatch.setattr(module, "examine", lambda app, codes: [Finding("x", "is so-so", grave=False)])
    well = diwan("doctor")
    assert well.exit_code == 0
    assert "DIWAN_PROVISION_URL      postgresql://root:***@db/postgres" in well.output
    assert "hidden" not in well.output
    assert "k" * 40 not in well.output
    assert well.output.endswith("advice x: is so-so\nNothing is wrong\n")
    monkeypatch.setattr(module, "examine", lambda app, codes: [Finding("x", "is bad")])
    ill = diwan("doctor")
    assert ill.exit_code == 1
    assert "WRONG  x: is bad" in ill.output
    assert "Error: 1 thing is wrong" in ill.output


def test_a_code_that_is_not_served_is_refused(diwan):
    assert "Error: EG-XX is not served here" in diwan("doctor", "--governorate", "EG-XX").output


def test_every_setting_that_exists_is_listed(app):
    from core.config import KNOWN

    listed = {name.removeprefix("DIWAN_") for name, _value in shown_settings(app.config["DIWAN"])}
    assert set(KNOWN) - listed == {"SECRET_KEY_FILE", "S3_SECRET_KEY_FILE"}


def test_a_store_that_cannot_be_written_is_grave(app, findings, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setitem(app.extensions, STORE, FolderStore(tmp_path / "file"))
    ((what, grave),) = findings("files")
    assert what.startswith("attachments cannot be stored")
    assert grave


def test_a_file_that_is_gone_is_grave_and_one_without_a_record_is_advice(
    ground, governorate, app, findings, monkeypatch, tmp_path
):
    keeper = FolderStore(tmp_path)
    monkeypatch.setitem(app.extensions, STORE, keeper)
    keeper.put("EG-KN", "f" * 32, b"its row never came")
    os.utime(tmp_path / "EG-KN/ff" / ("f" * 32), (0, 0))
    row = {"model": "core.unit", "record_id": 1, "file_name": "a.pdf", "media_type": "application/pdf"}
    with ground.session("EG-KN") as session:
        session.add(Attachment(**row, size=1, sha256="0" * 64, stored="e" * 32))
        session.commit()
    gone, left = [one for one in findings("EG-KN") if "in the store" in one[0]]
    assert gone == (
        f"1 file is missing in the store, {'e' * 32} the first: put back from a backup",
        True,
    )
    assert "diwan files orphans --governorate EG-KN --remove" in left[0]
    assert not left[1]


def test_the_secret_of_the_bucket_is_not_shown(app):
    shown = dict(shown_settings(replace(app.config["DIWAN"], s3_secret_key="abcdef")))
    assert shown["DIWAN_S3_SECRET_KEY"] == "set, 6 characters"
