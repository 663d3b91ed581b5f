"""Every door of the application: a route with one method, who may pass, and how its address is filled."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.access import declared

SNAPSHOT = Path(__file__).with_name("routes.txt")
DASHBOARDS = frozenset({"complaints_figures.index"})
"""Pages that show counts; the records behind them are another door's."""
KINDS = {"IntegerConverter": "int", "PathConverter": "path", "AnyConverter": "form"}
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Door:
    """One method of one route. `arguments` are (name, kind) with kind int, path, form or text."""

    rule: str
    method: str
    endpoint: str
    arguments: tuple[tuple[str, str], ...]
    kind: str
    verb: str | None
    label: str | None
    plugin: str | None

    @property
    def safe(self):
        return self.method in SAFE

    @property
    def shows_records(self):
        """A page of a module's records, for staff; an empty form shows none."""
        return (
            self.method == "GET"
            and self.plugin is not None
            and self.kind == "right"
            and self.verb != "create"
            and self.endpoint not in DASHBOARDS
        )

    def __str__(self):
        right = "".join(f" {word}" for word in (self.label, self.verb) if word)
        return f"{self.method:6} {self.rule}  {self.endpoint}  {self.kind}{right}"


def find_doors(app):
    """All doors in order of their address; sample modules of the tests included."""
    host = app.extensions["diwan"]
    found = []
    for rule in app.url_map.iter_rules():
        access = declared(app, rule.endpoint)
        assert access is not None, f"unclassified route {rule.rule} ({rule.endpoint})"
        kinds = {name: KINDS.get(type(made).__name__, "text") for name, made in rule._converters.items()}
        for method in sorted(rule.methods - {"OPTIONS"}):
            found.append(
                Door(
                    rule.rule, method, rule.endpoint, tuple(kinds.items()),
                    access.kind, access.verb, access.label, host.plugin_of(rule.endpoint),
                )
            )  # fmt: skip
    return sorted(found, key=lambda door: (door.rule, door.endpoint, door.method))


def describe(app, samples=()):
    """The route list as it is committed: one line a door, without the tests' own sample modules."""
    return "".join(f"{door}\n" for door in find_doors(app) if door.plugin not in samples)
