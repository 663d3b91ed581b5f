"""Names that a new module, its model and its fields cannot have, each refused with the reason."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Collection

import wtforms
from flask_babel import gettext as _

from core.data.base import Versioned, db
from core.data.search import Searchable
from core.data.visibility import Scoped
from core.errors import Refused
from core.modules.manifest import ID, RESERVED
from core.operation.scaffold.kinds import KINDS
from core.operation.scaffold.line import Field, Line

IMPORTED = {name for kind in KINDS.values() for _home, name in kind.needs} | {
    "Any", "Index", "Mapped", "RecordView", "RoleSpec", "Scoped", "Searchable", "Section", "Versioned", "db",
    "hookimpl", "mapped_column", "annotations",
}  # fmt: skip
"""What the written files import: a model or field of that name would hide it."""
ADDRESS = frozenset({"q", "sort", "size", "after", "before", "filters", "csrf_token", "next"})
"""Arguments in the address of every list: no filter can be called so."""
BASES = (Scoped, Searchable, Versioned, db.Model)
OWN = frozenset({"id", "unit", "created_by", "model", "type", "state"})
"""Columns and relations that every record has or that the host reads a meaning into."""


def refuse_id(plugin: str, known: Collection[str]) -> None:
    """Raise Refused unless a new module may be called so."""
    if not ID.fullmatch(plugin) or plugin in RESERVED or keyword.iskeyword(plugin):
        raise Refused(
            _("“%(id)s” cannot be a module's id: 3 to 31 small letters, digits and underscores, a letter "
              "first, and no word of Python or of Diwan itself.", id=plugin)
        )  # fmt: skip
    if plugin in known:
        raise Refused(_("There is a module “%(id)s” already.", id=plugin))


def refuse_names(plugin: str, line: Line, known: Collection[str]) -> None:
    """Raise Refused for a model or field whose name is taken by Python, the host or another module."""
    table = f"{plugin}_{line.snake}"
    owners = [one for one in known if len(one) > len(plugin) and table.startswith(f"{one}_")]
    if owners:
        raise Refused(
            _("The table %(table)s would count as one of the module “%(id)s”; choose another id or model.",
              table=table, id=owners[0])
        )  # fmt: skip
    if len(table) > LONGEST_TABLE:
        raise Refused(_("The table's name %(table)s is too long; choose a shorter id or model.", table=table))
    if line.name in IMPORTED or keyword.iskeyword(line.name) or hasattr(builtins, line.name):
        raise Refused(
            _("A model cannot be called “%(name)s”: the word has a meaning already.", name=line.name)
        )
    for field in line.fields:
        if is_taken(field):
            raise Refused(
                _("A field cannot be called “%(name)s”: the word has a meaning already.", name=field.name)
            )


LONGEST_TABLE = 40
"""PostgreSQL cuts names at 63 signs, and those of keys add the column and the table they lead to."""


def is_taken(field: Field) -> bool:
    """Whether the field's name means something to Python, to forms, lists or every record."""
    return any(
        keyword.iskeyword(name) or name in IMPORTED | ADDRESS | OWN or hasattr(wtforms.Form, name)
        or any(name in dir(base) for base in BASES)
        for name in (field.name, field.column)
    )  # fmt: skip
