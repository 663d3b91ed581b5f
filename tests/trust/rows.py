"""Rows of every governed model in every cell, each text column a canary.

Written by plain INSERT from unsaved objects: the code under test numbers, checks and refuses at
flush, and none of that may decide what the test world looks like.
"""

from __future__ import annotations

from uuid import UUID, uuid5

from sqlalchemy import Enum, LargeBinary, String, insert, inspect
from trust.samples import ROWS, coded, finish

from core.data.guard import governed_models
from core.data.labels import label, owner_of
from core.data.sealed import Sealed
from core.data.search import Searchable, search_text
from core.data.visibility import Attached, Scoped
from core.people.identity import check_digits
from core.testing.rows import plain_value
from core.work.workflow import workflow_of

PHONE, IDENTITY = ("+2010", 8), ("290010127", 4, lambda text: min(check_digits(text)))
"""Identity numbers have the right last digit, that of nobody too: a doubtful one is answered otherwise."""
CODES = 40
"""Shorter columns hold codes, which must mean something; numbers are told apart by a short canary."""
NAMES = UUID(int=7)
"""Rows of two governorates have the same random keys: nothing but the signing keys tells them apart."""


class Writer:
    """Writes the rows of one governorate; `places` are ids by (table, cell's unit or place)."""

    def __init__(self, code, cage, ids, modules):
        self.code, self.cage, self.ids = code, cage, ids
        owned = {"core", *modules}
        models = [model for model in governed_models() if owner_of(model.__tablename__) in owned]
        order = [table.name for table in models[0].metadata.sorted_tables]
        self.models = sorted(models, key=lambda model: order.index(model.__tablename__))

    def statements(self, cells):
        """INSERT statements for all cells, parents before children."""
        for model in self.models:
            for cell in cells:
                for row in range(ROWS):
                    for id_, parent in self._places(model, cell, row):
                        yield insert(model.__table__).values(self._values(model, cell, row, id_, parent))

    def _places(self, model, cell, row):
        """(id, parent) of the rows to write; what is attached hangs once on each record of the cell."""
        if not issubclass(model, Attached):
            return [(cell.id(row), None)]
        parents = [parent for parent in self.models if issubclass(parent, Scoped)]
        return [(cell.id(row) + 10 * index, label(parent)) for index, parent in enumerate(parents)]

    def _values(self, model, cell, row, id_, parent):
        record, name = model(), label(model)
        fixed = _state(name, row) | coded(name, row)
        fixed |= {"model": parent, "record_id": cell.id(row)} if parent else {}
        personal = _personal(model)
        for attribute in inspect(model).column_attrs:
            column = attribute.columns[0]
            if column.table is not model.__table__:
                continue
            if attribute.key in fixed:
                value = fixed[attribute.key]
            elif column.primary_key:
                value = id_
            elif column.foreign_keys:
                value = self._key(column, cell, row)
            else:
                value = self._content(column, cell, name, attribute.key, id_, attribute.key in personal)
            if value is not None:
                setattr(record, attribute.key, value)
        self._seal(record, cell, name, id_)
        finish(record, name)
        if isinstance(record, Searchable):
            record.search_text = search_text(*(getattr(record, key) for key in model.__search__))
        return {
            column.name: getattr(record, inspect(model).get_property_by_column(column).key)
            for column in model.__table__.columns
            if inspect(model).get_property_by_column(column).key in vars(record)
        }

    def _key(self, column, cell, row):
        """Where a foreign key leads: the cell's own unit, place and rows; nobody made it."""
        (foreign,) = column.foreign_keys
        table = foreign.column.table.name
        if table == "core_unit":
            is_body = column.name == "body_id" or (
                column.name == "unit_id" and "referral" in column.table.name
            )
            return self.ids["core_unit", cell.body if is_body else cell.unit]
        if table == "core_place":
            return self.ids["core_place", cell.place]
        if table in ("core_user", "core_post") or table == column.table.name:
            return None
        if table == "core_category":
            return self.ids["core_category", ""]
        return cell.id(row)

    def _content(self, column, cell, name, key, id_, personal):
        kind = column.type
        if key == "confidentiality":
            return cell.level
        if isinstance(kind, LargeBinary) or key.endswith("_index"):
            return None
        if isinstance(kind, String) and not isinstance(kind, Enum):
            if column.type.length == 32:
                return uuid5(NAMES, f"{name}.{key}.{id_}").hex
            if kind.length is not None and kind.length < CODES and key != "number":
                return None if column.nullable or column.default is not None else "x"
            return self._text(cell, name, key, id_, kind.length, personal=personal)
        return plain_value(column, lambda: self._text(cell, name, key, id_, None, personal=personal))

    def _text(self, cell, name, key, id_, length, *, personal=False):
        return self.cage.make(
            self.code, name, cell.name, key, id_, length, personal=personal, level=cell.level
        )

    def _seal(self, record, cell, name, id_):
        sealed = (
            key
            for cls in type(record).__mro__
            for key, found in vars(cls).items()
            if isinstance(found, Sealed)
        )
        for key in sealed:
            shape = PHONE if key.startswith("phone") else IDENTITY if key == "identity" else None
            if shape:
                base = key.partition("_")[0]
                setattr(record, key, self.cage.make_digits(self.code, name, cell.name, base, id_, *shape))
            else:
                setattr(record, key, self._text(cell, name, key, id_, None, personal=True))


def _state(name, row):
    """Where the model has a workflow, its states in turn."""
    workflow = workflow_of(name)
    return {workflow.column: workflow.states[row % len(workflow.states)].code} if workflow else {}


def _personal(model):
    """Columns that identify a person: masked in confidential records for all but two roles."""
    named = getattr(model, "__personal__", ())
    return set(named) if "name" in named else set()
