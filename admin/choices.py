"""Columns with few values: what they are called, and how a list shows any column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from admin.columns import column_of
from admin.display import badge, shower

if TYPE_CHECKING:
    from admin.record_view import RecordView


def choices_of(view: RecordView, name: str) -> Sequence[tuple[Any, Any]] | None:
    """(stored value, words): the view's, or the workflow's states; None for other columns."""
    if name in view.choices:
        given = view.choices[name]
        return given() if callable(given) else given
    if view.workflow is not None and name == view.workflow.column:
        return [(state.code, state.label) for state in view.workflow.states]
    return None


def list_shower(view: RecordView, name: str) -> Callable[[Any, Mapping[str, Any]], Any]:
    """How the list shows column `name`: called with (value, the row's values by name)."""
    if name in view.list_formatters:
        return view.list_formatters[name]
    if view.workflow is not None and name == view.workflow.column:
        badges = {state.code: badge(state) for state in view.workflow.states}
        return lambda value, row: badges.get(value, value)
    choices = choices_of(view, name)
    if choices is None and column_of(view.model, name) is None and "." not in name:
        return lambda value, row: "" if value is None else value
    show = shower(name, None if choices is None else dict(choices))
    return lambda value, row: "" if value is None else show(value)
