"""From a valid form to a record."""

from __future__ import annotations

from typing import Any

from admin.columns import column_of, python_type


def populate(form: Any, record: Any) -> None:
    """Put the form's values on `record`.

    Empty text becomes NULL where the column may be; a number or date that must be there and was
    left empty keeps its present value or the column's default.
    """
    for name, field in form._fields.items():
        column = column_of(type(record), name)
        if column is None or field.data not in (None, ""):
            field.populate_obj(record, name)
            continue
        stored = column.property.columns[0]
        if stored.nullable:
            setattr(record, name, None)
        elif issubclass(python_type(stored), str):
            setattr(record, name, "")
