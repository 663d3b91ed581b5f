"""The hooks are a contract: each is explained with an example, typed, called and implemented."""

import inspect
import re
from pathlib import Path

import pytest

from core import hooks

ROOT = Path(__file__).resolve().parents[2]
SPECS = {name: spec for name, spec in vars(hooks).items() if name.startswith("diwan_")}
CALLERS = [
    file
    for room in ("core", "admin")
    for file in (ROOT / room).rglob("*.py")
    if "node_modules" not in file.parts
]
IMPLEMENTERS = [
    *(ROOT / "admin").glob("*.py"),
    *(ROOT / "plugins").rglob("*.py"),
    *(ROOT / "tests").rglob("*.py"),
]


def undocumented(name, spec):
    """What a reader of the hook would miss."""
    text = inspect.getdoc(spec) or ""
    kinds = ("Boot hook", "Governorate hook", "Plugin hook")
    if len(text.splitlines()[:1]) == 0 or len(text.splitlines()[0]) < 20:
        return "a first line that says what it is for"
    if not any(kind in text for kind in kinds):
        return f"its kind: {', '.join(kinds)}"
    example = text.partition("Example:")[2]
    if f"def {name}(" not in example:
        return "an example of an implementation"
    taken = re.search(rf"def {name}\(([^)]*)\)", example)[1]
    strange = {word.strip() for word in taken.split(",") if word.strip()} - set(
        inspect.signature(spec).parameters
    )
    return f"an example without {strange}" if strange else ""


def callers(name):
    """Files of core and admin that name the hook in a call, its specification aside."""
    return [file for file in CALLERS if file.name != "hooks.py" and f'"{name}"' in file.read_text("utf-8")]


@pytest.mark.parametrize("name", sorted(SPECS))
def test_each_hook_is_documented_with_an_example(name):
    assert not undocumented(name, SPECS[name])


@pytest.mark.parametrize("name", sorted(SPECS))
def test_each_hook_is_typed(name):
    signature = inspect.signature(SPECS[name])
    assert signature.return_annotation is not inspect.Signature.empty
    assert all(p.annotation is not inspect.Parameter.empty for p in signature.parameters.values())


@pytest.mark.parametrize("name", sorted(SPECS))
def test_each_hook_is_called_by_the_host(name):
    assert callers(name), f"{name} is declared but nothing calls it: delete it or call it"


@pytest.mark.parametrize("name", sorted(SPECS))
def test_each_hook_has_an_implementation(name):
    assert any(
        f"def {name}(" in file.read_text("utf-8") for file in IMPLEMENTERS if file.name != "test_hooks.py"
    )


def test_boot_hooks_are_those_that_say_so():
    said = {name for name, spec in SPECS.items() if "Boot hook" in inspect.getdoc(spec)}
    assert said == hooks.BOOT


def test_hooks_are_called_through_the_host_only():
    """`pm.hook.x()` would reach modules that are disabled here."""
    offenders = [file for file in CALLERS if re.search(r"\.hook\.\w+\(", file.read_text("utf-8"))]
    assert not offenders


def test_the_test_notices_what_is_missing():
    def diwan_bare(record): ...

    def diwan_boasting(record):
        """Does something, a Boot hook, for somebody.

        Example:
            def diwan_boasting(colour): ...
        """

    assert undocumented("diwan_bare", diwan_bare)
    assert "colour" in undocumented("diwan_boasting", diwan_boasting)
    assert not callers("diwan_bare")
