"""Arabic unless English is chosen; each governorate may have words of its own; Arabic counts in six ways."""

from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import g
from flask_babel import force_locale, format_datetime, get_locale, gettext, ngettext

from core import language
from core.data.time import now
from core.governorates.present import registry
from core.language import Wording
from core.operation.catalogue_files import PLURALS


@pytest.fixture(autouse=True)
def english():
    """Not here: what nobody chose is what these stories are about."""


@pytest.fixture
def catalogues(tmp_path, monkeypatch, app):
    """An empty top-level folder of catalogues; returns a function that puts messages into it."""
    monkeypatch.setattr(language, "CATALOGUES", tmp_path)
    monkeypatch.setattr(app.extensions["babel"].instance, "domain_instance", Wording())

    def put(messages, folder=tmp_path, plurals=PLURALS["ar"]):
        catalog = Catalog(locale="ar")
        catalog.mime_headers = [("Plural-Forms", plurals)]
        for message, words in messages.items():
            catalog.add(message, words)
        buffer = BytesIO()
        write_mo(buffer, catalog)
        path = folder / "ar/LC_MESSAGES/messages.mo"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(buffer.getvalue())

    return put


@pytest.mark.parametrize(
    ("cookie", "spoken"), [(None, "ar"), ("en", "en"), ("ar", "ar"), ("xx", "ar"), ("", "ar")]
)
def test_a_browser_hears_arabic_unless_it_chose_english(app, cookie, spoken):
    headers = {"Cookie": f"language={cookie}", "Accept-Language": "en"} if cookie is not None else {}
    with app.test_request_context("/", headers=headers):
        assert get_locale().language == spoken


def test_a_command_hears_what_the_terminal_speaks(app):
    with app.app_context():
        assert get_locale().language == "ar"
    with app.app_context():
        g.language = "en"
        assert get_locale().language == "en"


def test_arabic_counts_in_six_ways(app, catalogues):
    forms = ("لا أيام", "يوم", "يومان", "%(num)s أيام", "%(num)s يومًا", "%(num)s يوم")
    catalogues({("%(num)s day", "%(num)s days"): forms})
    with app.app_context():
        said = [ngettext("%(num)s day", "%(num)s days", n) for n in (0, 1, 2, 3, 10, 11, 99, 100, 102, 103)]
    assert said[:5] == ["لا أيام", "يوم", "يومان", "3 أيام", "10 أيام"]
    assert said[5:] == ["11 يومًا", "99 يومًا", "100 يوم", "102 يوم", "103 أيام"]


def test_a_governorate_words_things_its_own_way_and_no_other_hears_of_it(app, catalogues, tmp_path, ground):
    catalogues({"Head of the markaz": "رئيس المركز", "Save": "حفظ"})
    catalogues({"Head of the markaz": "مدير عام المديرية"}, tmp_path / "YE-AD")
    with ground.governorate("EG-KN"), ground.governorate("YE-AD"):
        said = {}
        for code in ("EG-KN", "YE-AD", "EG-KN"):
            with app.app_context():
                g.governorate = registry().get(code)
                said[code] = (gettext("Head of the markaz"), gettext("Save"))
    assert said == {"EG-KN": ("رئيس المركز", "حفظ"), "YE-AD": ("مدير عام المديرية", "حفظ")}


def test_top_level_words_win_over_a_plugins(app, catalogues, tmp_path, monkeypatch):
    ledger = app.extensions["diwan"].modules["ledger"]
    monkeypatch.setattr(ledger, "folder", tmp_path / "ledger")
    catalogues({"Status": "وضع", "Line": "بند"}, tmp_path / "ledger/locales")
    catalogues({"Status": "الحالة"})
    with app.app_context():
        assert (gettext("Status"), gettext("Line")) == ("الحالة", "بند")


def test_english_and_what_has_no_words_is_the_message_itself(app, catalogues):
    catalogues({"Save": "حفظ"})
    with app.app_context():
        assert gettext("Nobody has translated this") == "Nobody has translated this"
        with force_locale("en"):
            assert gettext("Save") == "Save"


def test_moments_are_told_on_the_governorates_clock(app, ground):
    with ground.governorate("YE-AD") as code:
        moment = now().replace(year=2026, month=11, day=19, hour=11, minute=5)
        with app.app_context():
            g.governorate = registry().get(code)
            assert format_datetime(moment, "d MMM y HH:mm") == "19 نوفمبر 2026 14:05"
