"""What the templates of a new module are given, worked out from the model line."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from packaging.version import Version

from core import __version__
from core.operation.scaffold.kinds import Kind
from core.operation.scaffold.line import Line
from core.operation.scaffold.words import word
from core.work.diff import sounds_personal

OF_THINGS = frozenset({"name", "name_ar", "name_en"})
"""A register's own `name` is usually a thing's; the tests are told so, and a person's is declared by hand."""
MOST_COLUMNS = 6
"""So many columns of its own a list shows; further ones are on the record's page."""
ALWAYS = Kind("", needs=(
    ("core", "Scoped"), ("core", "Versioned"), ("core", "db"), ("sqlalchemy", "Index"),
    ("sqlalchemy.orm", "Mapped"), ("sqlalchemy.orm", "mapped_column"),
))  # fmt: skip


def texts_of(plugin: str, line: Line) -> dict[str, Any]:
    """The values of the templates for module `plugin` with the model of `line`, whose Arabic is complete."""
    texts = [field.name for field in line.fields if field.kind.annotation == "str"]
    telling = [name for name in texts if sounds_personal(name)]
    columns = [field for field in line.fields if field.kind.shown][:MOST_COLUMNS]
    bases = ["Scoped", *(["Searchable"] if texts else []), "Versioned", "db.Model"]
    values = {
        "id": plugin,
        "package": f"plugins.{plugin}",
        "host": f">={__version__},<{_next(__version__)}",
        "model": line.name,
        "snake": line.snake,
        "table": f"{plugin}_{line.snake}",
        "fields": line.fields,
        "names": [field.name for field in line.fields],
        "places": sum(field.kind_name == "place" for field in line.fields),
        "searched": texts,
        "personal": [name for name in telling if name not in OF_THINGS],
        "not_personal": [f"{line.name}.{name}" for name in telling if name in OF_THINGS],
        "bases": ", ".join(bases),
        "imports": _imports(line, searched=bool(texts)),
        "columns": [field.name for field in columns] + ["unit"],
        "wide": next(
            (field.name for field in columns if field.kind_name == "text" and field.name != "code"), ""
        ),
        "filters": [field.name for field in line.fields if field.kind.filters] + ["unit"],
        "role": plugin.upper()[:30],
    }
    return values | _words(plugin, line)


def _words(plugin: str, line: Line) -> dict[str, Any]:
    one_ar, many_ar = line.arabic.split("|")
    one, many = line.english, _plural(line.english)
    labels = [(field, word(plugin, field.english, field.arabic)) for field in line.fields]
    said = {
        "one": word(plugin, one, one_ar),
        "many": word(plugin, many, many_ar),
        "new": word(plugin, f"New {one.lower()}", f"تسجيل {one_ar}"),
        "nothing": word(
            plugin, f"{many} appear here once they are entered.", f"تظهر هنا {many_ar} بعد تسجيلها."
        ),
    }
    worded = [*said.values(), *(label for _field, label in labels)]
    return said | {
        "many_ar": many_ar,
        "role_ar": f"أمين سجل {many_ar}",
        "role_en": f"Keeper of {many.lower()}",
        "labels": labels,
        "worded": worded,
        "contexts": any(one.context for one in worded),
    }


def _imports(line: Line, *, searched: bool) -> str:
    """The import lines of models.py, in the order that ruff asks for."""
    names: dict[str, set[str]] = defaultdict(set)
    for kind in (ALWAYS, *(field.kind for field in line.fields)):
        for home, name in kind.needs:
            names[home].add(name)
    if searched:
        names["core"].add("Searchable")
    groups = [[home for home in sorted(names) if home in some] for some in STANDARD]
    lines = [
        [f"from {home} import {', '.join(sorted(names[home], key=_case))}" for home in group]
        for group in groups
    ]
    return "\n\n".join("\n".join(group) for group in lines if group)


STANDARD = (("datetime", "decimal"), ("sqlalchemy", "sqlalchemy.orm"), ("core",))
"""Python's own modules, others', ours."""


def _case(name: str) -> tuple[bool, str]:
    """Classes before functions, as isort sorts them."""
    return name[0].islower(), name


def _plural(word_: str) -> str:
    """The English plural of a noun, by the rules that most nouns follow."""
    if word_.endswith(("s", "x", "ch", "sh")):
        return f"{word_}es"
    return f"{word_[:-1]}ies" if word_.endswith("y") and word_[-2:-1] not in "aeiou" else f"{word_}s"


def _next(version: str) -> str:
    """The version that may break modules made for `version`: 0.1.0 -> 0.2."""
    known = Version(version)
    return f"0.{known.minor + 1}" if known.major == 0 else f"{known.major + 1}.0"
