"""The registry knows governorates and their databases, and nothing else."""

from dataclasses import replace

import pytest
from sqlalchemy import create_engine, make_url, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from core.errors import NotFound, Refused
from core.governorates.directory import directory, entry
from core.governorates.engines import Engines, open_engine
from core.governorates.registry import Registry, governorate_table
from core.operation.birth import add, remove

SECRET = "s" * 40


@pytest.fixture
def registry(tmp_path):
    registry = Registry(open_engine(f"sqlite:///{tmp_path / 'registry.sqlite'}"), SECRET)
    registry.create()
    yield registry
    registry.engine.dispose()


def test_egypt_and_yemen_are_known_whole():
    countries = [row["country"] for row in directory().values()]
    assert (countries.count("EG"), countries.count("YE")) == (27, 22)
    for row in directory().values():
        assert row["code"].startswith(row["country"] + "-")
        assert row["name_ar"].strip()
        assert entry(row["code"], "sqlite://").zone


def test_what_is_added_is_read_back(registry):
    qena = entry("EG-KN", "sqlite:////data/qena.sqlite", host="Qena.example.org")
    registry.add(qena)
    assert registry.get("EG-KN") == replace(qena, host="qena.example.org")
    assert registry.at_host("QENA.example.org").code == "EG-KN"
    assert registry.get("EG-C") is None


def test_a_code_or_host_is_taken_once(registry):
    registry.add(entry("EG-KN", "sqlite://", host="a.example.org"))
    with pytest.raises(IntegrityError):
        registry.add(entry("EG-KN", "sqlite://"))
    with pytest.raises(IntegrityError):
        registry.add(entry("EG-C", "sqlite://", host="a.example.org"))


def test_passwords_of_databases_are_not_readable_in_the_registry(registry):
    registry.add(entry("EG-KN", "postgresql+psycopg://qena:open-sesame@db/qena"))
    with registry.engine.connect() as connection:
        row = connection.execute(select(governorate_table)).one()
    assert b"open-sesame" not in bytes(row.url_sealed)
    assert "open-sesame" in registry.get("EG-KN").url


def test_an_address_copied_to_another_governorate_does_not_open(registry):
    registry.add(entry("EG-KN", "sqlite:////qena"))
    registry.add(entry("EG-C", "sqlite:////cairo"))
    with registry.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE governorate SET url_sealed = (SELECT url_sealed FROM governorate WHERE code='EG-KN')"
            )
        )
    with pytest.raises(ValueError, match="EG-C"):
        registry.get("EG-C")


def test_an_unknown_code_is_refused_by_name():
    with pytest.raises(NotFound, match="EG-QN"):
        entry("EG-QN", "sqlite://")


def test_engines_are_kept_until_the_address_changes(tmp_path):
    engines = Engines()
    first = engines.get("EG-KN", f"sqlite:///{tmp_path / 'a.sqlite'}")
    assert engines.get("EG-KN", f"sqlite:///{tmp_path / 'a.sqlite'}") is first
    assert engines.get("EG-KN", f"sqlite:///{tmp_path / 'b.sqlite'}") is not first
    engines.dispose()


def test_sqlite_writes_are_durable_and_keys_are_checked(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")
    with engine.connect() as connection:
        pragma = {
            n: connection.exec_driver_sql(f"PRAGMA {n}").scalar()
            for n in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragma == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    engine.dispose()


def test_a_savepoint_that_is_rolled_back_leaves_nothing(tmp_path):
    """The driver's own late BEGIN kept 45 of 45 rows of a dry run; ours keeps none."""
    from sqlalchemy.orm import Session

    engine = open_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x INTEGER)")
    with Session(engine) as session:
        with session.begin_nested():
            session.execute(text("INSERT INTO t VALUES (1)"))
        session.rollback()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar() == 0
    engine.dispose()


class TestBirth:
    def test_a_governorate_is_added_and_removed_by_one_call_each(self, app, ground):
        with app.app_context():
            made = add("YE-IB")
            assert (ground.folder / "governorates" / "YE-IB.sqlite").exists()
            with pytest.raises(Refused, match="already"):
                add("YE-IB")
            remove("YE-IB", drop=True)
            assert not (ground.folder / "governorates" / "YE-IB.sqlite").exists()
        assert made.timezone == "Asia/Aden"

    def test_a_database_of_another_governorate_is_refused(self, app, tmp_path):
        url = f"sqlite:///{tmp_path / 'one.sqlite'}"
        with app.app_context():
            add("YE-IB", url=url)
            with pytest.raises(Refused, match="belongs to YE-IB"):
                add("YE-TA", url=url)
            remove("YE-IB")

    def test_a_foreign_database_is_left_alone(self, app, tmp_path):
        url = f"sqlite:///{tmp_path / 'shop.sqlite'}"
        engine = open_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE orders (id INTEGER)")
        with app.app_context(), pytest.raises(Refused, match="not Diwan's"):
            add("YE-IB", url=url)
        with engine.connect() as connection:
            names = connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars().all()
        assert names == ["orders"]
        engine.dispose()

    def test_a_server_that_is_away_is_named_in_one_line(self, app):
        with app.app_context(), pytest.raises(Refused) as refusal:
            add("YE-IB", url="postgresql+psycopg://nobody@127.0.0.1:1/none")
        assert "cannot be used" in str(refusal.value)
        assert "\n" not in str(refusal.value)

    @pytest.mark.postgres
    def test_postgresql_gives_each_governorate_a_role_and_database_of_its_own(self, tmp_path, postgres_url):
        from core.app import create_app
        from core.testing import test_settings

        app = create_app(test_settings(tmp_path, provision_url=postgres_url))
        with app.app_context():
            made = [add(code) for code in ("YE-IB", "YE-TA")]
            try:
                check_roles(made, postgres_url)
            finally:
                for governorate in made:
                    remove(governorate.code, drop=True)
                app.extensions["diwan_registry"].engine.dispose()

    @pytest.mark.postgres
    def test_a_server_that_makes_no_database_keeps_no_role_either(self, tmp_path, postgres_url):
        """The database's name is taken: once that is mended, the same command succeeds."""
        from core.app import create_app
        from core.testing import test_settings

        app = create_app(test_settings(tmp_path, provision_url=postgres_url))
        server = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
        with server.connect() as connection, app.app_context():
            connection.execute(text("CREATE DATABASE diwan_ye_mr"))
            try:
                with pytest.raises(ProgrammingError, match="already exists"):
                    add("YE-MR")
            finally:
                connection.execute(text("DROP DATABASE diwan_ye_mr"))
            add("YE-MR")
            remove("YE-MR", drop=True)
            app.extensions["diwan_registry"].engine.dispose()
        server.dispose()

    @pytest.mark.parametrize(
        "url", ["sqlite://", "mysql://nobody@127.0.0.1:1/none", "postgresql://nobody@127.0.0.1:1"]
    )
    def test_what_names_no_database_of_the_two_kinds_is_refused(self, app, url):
        """It would be taken for PostgreSQL, and for a database that nobody meant."""
        with app.app_context(), pytest.raises(Refused, match="names no database"):
            add("YE-MR", url=url)


def check_roles(made, postgres_url):
    """Neither role is powerful, and neither is let into the other's database."""
    server = create_engine(postgres_url)
    with server.connect() as connection:
        for governorate in made:
            role = make_url(governorate.url).username
            row = connection.execute(
                text("SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = :role"),
                {"role": role},
            ).one()
            assert tuple(row) == (False, False, False)
    server.dispose()
    one, two = (make_url(g.url) for g in made)
    trespass = create_engine(one.set(database=two.database))
    with pytest.raises(OperationalError, match="permission denied"):
        trespass.connect()
    trespass.dispose()
