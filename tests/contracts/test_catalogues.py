"""The catalogues are whole, and the check that says so finds each kind of fault."""

import shutil

import pytest
from click.testing import CliRunner

from core.cli import main
from core.errors import Refused
from core.language import LANGUAGES
from core.operation import catalogue_files, catalogues
from core.operation.catalogue_check import find_faults
from core.operation.catalogue_files import PLURALS
from core.operation.catalogues import compile_all, sources, update

CODE = """
from flask_babel import lazy_gettext as _, ngettext, pgettext, lazy_ngettext
title = _("Hello %(name)s")
count = ngettext("%(num)s day", "%(num)s days", 2)
status = pgettext("people", "Status")
mark = N_("Left alone")
"""
PAGE = "{% trans %}Welcome{% endtrans %} {{ _('Save') }} {{ ngettext('%(num)s row', '%(num)s rows', 3) }}"
ARABIC = {
    "Hello %(name)s": "مرحبًا %(name)s",
    "Status": "الحالة",
    "Left alone": "متروك",
    "Welcome": "أهلًا",
    "Save": "حفظ",
}
DAYS = ("لا أيام", "يوم", "يومان", "%(num)s أيام", "%(num)s يومًا", "%(num)s يوم")


@pytest.fixture
def tree(tmp_path):
    """A small source tree with one plugin, translated in full."""
    for folder, code in (
        ("core", CODE),
        ("plugins/desk", 'from flask_babel import gettext as _\n_("Desk")\n'),
    ):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "words.py").write_text(code)
    (tmp_path / "core/migrations").mkdir()
    (tmp_path / "core/migrations/0001.py").write_text('_("Never shown")')
    (tmp_path / "admin/theme").mkdir(parents=True)
    (tmp_path / "admin/theme/page.html").write_text(PAGE)
    for source in sources(tmp_path):
        for language in LANGUAGES:
            update(source, language)
    translate(tmp_path, "core", ARABIC)
    translate(tmp_path, "desk", {"Desk": "المكتب"})
    return tmp_path


def edit(tree, name, change, language="ar"):
    """Read a catalogue, let `change` alter it and write it back."""
    source = next(source for source in sources(tree) if source.name == name)
    catalog = catalogue_files.read(source.po(language), language)
    change(catalog)
    catalogue_files.write(catalog, source.po(language))


def translate(tree, name, words):
    def change(catalog):
        for message in catalogue_files.messages(catalog):
            text, _context = catalogue_files.key(message)
            message.string = words.get(text, DAYS)

    edit(tree, name, change)


def test_the_catalogues_of_this_source_are_whole():
    assert find_faults() == []


def test_messages_of_python_and_of_pages_are_found_and_migrations_are_passed_over(tree):
    found = catalogues.extract(sources(tree)[0])
    texts = {catalogue_files.key(message) for message in catalogue_files.messages(found)}
    assert texts == {
        ("Hello %(name)s", None),
        ("%(num)s day", None),
        ("Status", "people"),
        ("Left alone", None),
        ("Welcome", None),
        ("Save", None),
        ("%(num)s row", None),
    }


def test_a_page_that_cannot_be_parsed_is_named(tree):
    (tree / "admin/theme/bad.html").write_text("{% if %}")
    with pytest.raises(Refused, match="messages of core cannot be extracted"):
        find_faults(tree)


def test_a_whole_tree_has_no_fault_and_updating_changes_nothing(tree):
    assert find_faults(tree) == []
    before = {path: path.read_bytes() for path in tree.rglob("*.po")}
    for source in sources(tree):
        for language in LANGUAGES:
            assert update(source, language)[1:] == (0, 0)
    assert {path: path.read_bytes() for path in tree.rglob("*.po")} == before


def string(text, words):
    def change(catalog):
        catalog[text].string = words

    return change


def fuzzy(catalog):
    catalog["Save"].flags.add("fuzzy")


def babels_own_plurals(catalog):
    rule = PLURALS["ar"].replace("n%100>=11", "n%100>=0 && n%100<=2")
    catalog.mime_headers = [("Plural-Forms", rule)]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (string("Save", ""), "core/ar: not translated: 'Save'"),
        (string("%(num)s day", (*DAYS[:5], "")), "core/ar: not translated: '%(num)s day'"),
        (string("Hello %(name)s", "مرحبًا"), "placeholders of 'Hello %(name)s' differ in 'مرحبًا'"),
        (string("Hello %(name)s", "مرحبًا %(nam)s"), "placeholders of 'Hello %(name)s'"),
        (string("%(num)s day", (*DAYS[:3], "أيام", *DAYS[4:])), "placeholders of '%(num)s day' differ"),
        (fuzzy, "core/ar: marked fuzzy: 'Save'"),
        (babels_own_plurals, f"core/ar: its Plural-Forms line must be {PLURALS['ar']};"),
    ],
)  # fmt: skip
def test_each_kind_of_fault_is_found(tree, change, fault):
    edit(tree, "core", change)
    found = find_faults(tree)
    assert len(found) == 1
    assert fault in found[0]


def test_a_catalogue_behind_the_code_is_found(tree):
    (tree / "core/words.py").write_text(CODE.replace("Left alone", "Brought along"))
    assert find_faults(tree) == [
        f"core/{language}: 1 messages {fault}: run diwan i18n update"
        for language in LANGUAGES
        for fault in (
            "are not in the catalogue, such as 'Brought along'",
            "are not in the code, such as 'Left alone'",
        )
    ]


def test_one_message_in_two_wordings_is_found_unless_it_has_a_context(tree):
    (tree / "plugins/desk/words.py").write_text('_("Save"); pgettext("desk", "Status")')
    update(sources(tree)[1], "ar")
    update(sources(tree)[1], "en")
    translate(tree, "desk", {"Save": "تخزين", "Status": "موقف"})
    assert [fault for fault in find_faults(tree) if "two ways" in fault] == [
        "'Save' is worded in two ways, use pgettext in one: 'حفظ' in core, 'تخزين' in desk"
    ]


def test_a_governorates_own_words_may_differ_but_not_be_faulty(tree):
    own = tree / "locales/YE-AD/ar/LC_MESSAGES/messages.po"
    catalog = catalogue_files.read(own, "ar")
    catalog.add("Save", "خزّن")
    catalogue_files.write(catalog, own)
    assert find_faults(tree) == []
    catalog.add("Hello %(name)s", "يا مرحبا")
    catalogue_files.write(catalog, own)
    assert find_faults(tree) == ["YE-AD/ar: placeholders of 'Hello %(name)s' differ in 'يا مرحبا'"]


def test_updating_keeps_translations_drops_what_is_gone_and_fills_english(tree):
    (tree / "core/words.py").write_text(CODE.replace("Left alone", "Brought along"))
    assert update(sources(tree)[0], "ar")[1:] == (1, 1)
    update(sources(tree)[0], "en")
    arabic, english = (
        catalogue_files.read(sources(tree)[0].po(language), language) for language in LANGUAGES
    )
    assert arabic["Save"].string == "حفظ"
    assert arabic["Brought along"].string == ""
    assert arabic["Left alone"] is None
    assert english["Brought along"].string == "Brought along"
    assert english["%(num)s day"].string == ("%(num)s day", "%(num)s days")


def test_catalogues_are_compiled_once_and_again_when_they_change(tree):
    assert compile_all(tree) == 4
    assert compile_all(tree) == 0
    edit(tree, "desk", string("Desk", "الطاولة"))
    assert compile_all(tree) == 1


def test_a_file_that_is_no_catalogue_is_refused_in_one_line(tree, monkeypatch):
    sources(tree)[0].po("ar").write_bytes(b'msgid "\xff"\nmsgstr ""\n')
    with pytest.raises(Refused, match="cannot be read"):
        find_faults(tree)
    monkeypatch.setattr("core.operation.i18n.find_faults", lambda: find_faults(tree))
    result = CliRunner().invoke(main, ["i18n", "check"])
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    shutil.rmtree(tree / "locales")
    faults = CliRunner().invoke(main, ["i18n", "check"])
    assert "7 messages are not in the catalogue" in faults.output
    assert faults.exit_code == 1
