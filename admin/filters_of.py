"""From the names in `filters` to filters of the fitting kind."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean

from admin.choices import choices_of
from admin.columns import column_of, python_type, relation
from admin.filters import ColumnFilter, DaysFilter, Filter, WordsFilter, YesNoFilter
from admin.relation_filter import RelationFilter

if TYPE_CHECKING:
    from admin.record_view import RecordView


def filters_of(view: RecordView) -> list[Filter]:
    """The view's filters; raises LookupError for a name that its model does not know."""
    return [f if isinstance(f, Filter) else _made(view, f) for f in view.filters]


def _made(view: RecordView, name: str) -> Filter:
    title = view.label(name)
    column: Any = column_of(view.model, name)
    if column is None or column.property.columns[0].foreign_keys:
        key, target = relation(view.model, name)
        return RelationFilter(name, title, key, target, view.relation_criteria.get(name))
    if choices_of(view, name) is not None:
        return ColumnFilter(name, title, column, lambda: choices_of(view, name) or ())
    if isinstance(column.type, Boolean):
        return YesNoFilter(name, title, column)
    if issubclass(python_type(column), date):
        return DaysFilter(name, title, column)
    return WordsFilter(name, title, column)
