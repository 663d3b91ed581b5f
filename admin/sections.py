"""Which fields stand together under which heading: on forms and on the pages of records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, inspect

if TYPE_CHECKING:
    from admin.record_view import RecordView

HIDDEN = ("uuid", "search_text", "row_version", "row_key", "confidentiality")


@dataclass(frozen=True)
class Section:
    """A group of fields under a heading, on forms and record pages."""

    title: Any
    fields: tuple[str, ...]


def detail_sections(view: RecordView) -> tuple[Section, ...]:
    """Sections of the record's page: those declared, or the form's, or all plain columns."""
    return view.detail_sections or view.form_sections or (Section(None, _plain_columns(view.model)),)


def form_layout(view: RecordView, form: Any) -> tuple[Section, ...] | None:
    """The sections of a form ("unit" stands where the field is `unit_id`); None for one without any.

    A form has none but those declared: a default would let anybody set any column.
    """
    if not view.form_sections:
        return None
    return tuple(
        Section(section.title, tuple(name if name in form else f"{name}_id" for name in section.fields))
        for section in view.form_sections
    )


def _plain_columns(model: type[Any]) -> tuple[str, ...]:
    """For the page of a record: no keys, hashes or inner marks."""
    return tuple(
        attribute.key
        for attribute in inspect(model).column_attrs
        if attribute.key not in HIDDEN
        and not attribute.key.endswith(("_sealed", "_index", "_hash"))
        and not any(
            column.primary_key or column.foreign_keys
            for column in attribute.columns
            if isinstance(column, Column)
        )
    )
