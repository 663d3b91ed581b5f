"""What a module may import is `core.__all__`, a promise; a short list of rarer things stands beside it."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import core

ROOT = Path(__file__).parents[2]
MODULES = [
    ROOT / "plugins",
    *(ROOT / "tests/samples" / name for name in ("desk", "ledger", "shelf")),
    ROOT / "tests/versions/two",
]
OTHERS = [
    ROOT / "tests/samples/careless",
    ROOT / "tests/broken_plugins/lumen",
    ROOT / "tests/versions/one",
]
"""They misbehave on purpose, but need what modules need."""

RARE = {
    "clocks: promises, due dates in lists, what a record's clock shows": """
        core.work.clocks.clock: MOST_DAYS MOST_HOURS
        core.work.clocks.listing: due_column in_time late stopped_late
        core.work.clocks.rows: told""",
    "confidential records and sealed columns": """
        core.data.scope: CONFIDENTIAL ORDINARY scope_in
        core.data.sealed: Sealed SealedRow blind_index index_column open_sealed seal sealed_column
        core.data.visibility: criteria level_on
        core.people.tree: below""",
    "citizens: who they are, where they are reached, how often they may try": """
        core.people.identity: Mistyped OTHER_KINDS check_digits clean_other_id parse_national_id
        core.people.limits: forgive hit
        core.people.person: NATIONAL PersonColumns
        core.people.phones: parse_phone""",
    "doors for other programs, and lists for everybody": """
        core.access: machine
        core.data.visibility: select_published
        core.errors: NotFound
        core.language: DEFAULT LANGUAGES
        core.people.bilingual: present_language
        core.people.machine_keys: Machine issue
        core.people.places: root_place
        core.people.sign_in: is_demo
        core.work.notes: add_note""",
    "importers": """
        core.data.search: fold latin_digits
        core.exchange: Column ImportSpec Row choice digits past
        core.people.bilingual: LONGEST_NAME
        core.people.seeds: load_tree rows
        core.work.history: History IMPORTED import_history""",
    "invented people and a year of work for demonstrations": """
        core.data.time: freeze
        core.people.scopes: scope_of
        core.people.units: competent_units root_unit
        core.people.users: Membership Role User add_membership
        core.work.bulk: transition_many""",
    "the story of a record, and letters about it": """
        core.data.labels: label
        core.data.visibility: attached
        core.messages.outbox: Message QUEUED withdraw_secrets
        core.governorates.address: base_address
        core.work: audit
        core.work.moves: TransitionRow
        core.work.notes: Note PUBLIC
        core.work.transition: allowed""",
    "a migration that renames a table": """
        core.modules.renaming: rename_model""",
    "files of a record": """
        core.work.files.attachments: attach attachments_of find_attachment
        core.work.files.serving: serve""",
    "a page that works under another scope or declares its access by method": """
        core.access: Access
        core.governorates.present: governorate_context running_app""",
}
"""Purpose -> room: names. Few modules need them, so they may move between versions; CHANGELOG.md says when."""


def listed():
    for lines in RARE.values():
        for line in lines.strip().splitlines():
            room, _, names = line.partition(":")
            yield from ((room.strip(), name) for name in names.split())


def taken(folder):
    """(file, room of core, name) for every import from core below `folder`."""
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "core":
                yield from ((file, node.module, alias.name) for alias in node.names)
            elif isinstance(node, ast.Import):
                yield from ((file, a.name, "") for a in node.names if a.name.partition(".")[0] == "core")


def documented(room, name):
    """The docstring of a class or function, or the text below an assignment, where it is written."""
    tree = ast.parse(Path(import_module(room).__file__).read_text("utf-8"))
    for node, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
            return ast.get_docstring(node)
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(getattr(target, "id", "") == name for target in targets) and isinstance(after, ast.Expr):
            return ast.literal_eval(after.value)
    return None


@pytest.mark.parametrize(("room", "name"), [(r, n) for r, names in core.OFFERED.items() for n in names])
def test_an_offered_name_is_there_and_says_what_it_is(room, name):
    assert getattr(core, name) is getattr(import_module(room), name)
    assert documented(room, name)


def test_an_offered_name_is_wanted_by_somebody():
    folders = [*MODULES, *OTHERS, ROOT / "core/migrations"]
    wanted = {name for folder in folders for _file, room, name in taken(folder) if room == "core"}
    assert set(core.__all__) - wanted == set()


def test_a_module_takes_nothing_else_from_core():
    allowed = set(listed()) | {("core", name) for name in core.__all__}
    others = {
        f"{file.relative_to(ROOT)}: {room}.{name}"
        for folder in MODULES
        for file, room, name in taken(folder)
        if (room, name) not in allowed
    }
    assert others == set()


def test_the_list_beside_the_promise_holds_nothing_that_nobody_takes():
    found = {(room, name) for folder in MODULES for _file, room, name in taken(folder)}
    assert set(listed()) - found == set()


def test_mypy_sees_what_the_program_finds():
    tree = ast.parse((ROOT / "core/__init__.py").read_text("utf-8"))
    typed = next(node for node in tree.body if isinstance(node, ast.If)).body
    assert {node.module: tuple(alias.name for alias in node.names) for node in typed} == core.OFFERED


def test_the_offer_costs_nothing_until_it_is_taken():
    program = (
        "import core, sys; print(sorted(m for m in sys.modules if m.startswith(('core.', 'sqlalchemy'))))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_an_unknown_name_is_an_ordinary_error():
    with pytest.raises(ImportError, match="nothing_of_the_kind"):
        exec("from core import nothing_of_the_kind")
