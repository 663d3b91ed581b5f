"""From a model to a form: Flask-Admin's converter with our fields in place of its script-driven ones."""

from __future__ import annotations

from typing import Any

from flask_admin.contrib.sqla.form import AdminModelConverter, get_form
from flask_admin.model.form import converts
from wtforms import BooleanField
from wtforms.validators import InputRequired, Length, Optional

from admin.columns import class_of, column_of, relation
from admin.display import is_code
from admin.forms.fields import (
    AmountField,
    ChoiceField,
    CodeField,
    DayField,
    LineField,
    MomentField,
    NumberField,
    TextField,
)
from admin.forms.form import Form
from admin.forms.relations import RelationField, RelationsField
from core.data.base import db


class Converter(AdminModelConverter):
    """Fields for the columns and relations that a view's sections name."""

    def _get_label(self, name: str, field_args: Any) -> Any:
        return self.view.label(name)

    def _get_description(self, name: str, field_args: Any) -> Any:
        return self.view.help.get(name)

    def _model_select_field(self, prop: Any, multiple: Any, remote_model: type[Any], **kwargs: Any) -> Any:
        kwargs.pop("allow_blank", None)
        settings = {"target": remote_model, "criterion": self.view.relation_criteria.get(prop.key)}
        if multiple:
            return RelationsField(**settings, **kwargs)
        return RelationField(blank=not _required(kwargs), **settings, **kwargs)

    def convert(
        self, model: type[Any], mapper: Any, name: str, prop: Any, field_args: Any, hidden_pk: bool
    ) -> Any:
        """A foreign key column that a section names becomes a reference, not a number."""
        key = column_of(model, name) if isinstance(name, str) else None
        if key is None or not key.property.columns[0].foreign_keys or name in self.view.form_extra:
            return super().convert(model, mapper, name, prop, field_args, hidden_pk)
        blank = bool(key.property.columns[0].nullable)
        return RelationField(
            self.view.label(name),
            [Optional() if blank else InputRequired()],
            target=class_of(key),
            by_id=True,
            blank=blank,
            criterion=self.view.relation_criteria.get(name),
            description=self.view.help.get(name) or "",
        )

    @converts("String")
    def conv_String(self, column: Any, field_args: Any, **extra: Any) -> Any:  # noqa: N802 - upstream's name
        """A choice if the view has choices for it, a code by its name, else a line."""
        choices = self.view.choices_of(column.key)
        if choices is not None:
            return ChoiceField(choices=choices, blank=bool(column.nullable), **_plain(field_args))
        self._string_common(column=column, field_args=field_args, **extra)
        return (CodeField if is_code(column.key) else LineField)(**field_args)

    @converts("Text")
    def conv_Text(self, field_args: Any, **extra: Any) -> Any:  # noqa: N802
        """Several lines."""
        self._string_common(field_args=field_args, **extra)
        return TextField(**field_args)

    @converts("Boolean")
    def conv_Boolean(self, field_args: Any, **extra: Any) -> Any:  # noqa: N802
        """A box to tick."""
        return BooleanField(**field_args)

    @converts("Integer")
    def handle_integer_types(self, column: Any, field_args: Any, **extra: Any) -> Any:
        """A choice if the view has choices for it, else a whole number."""
        choices = self.view.choices_of(column.key)
        if choices is not None:
            return ChoiceField(choices=choices, blank=bool(column.nullable), **_plain(field_args))
        return NumberField(**field_args)

    @converts("Numeric")
    def handle_decimal_types(self, column: Any, field_args: Any, **extra: Any) -> Any:
        """A decimal number, as exact as the column."""
        return AmountField(**{"places": column.type.scale} | field_args)

    @converts("Date")
    def convert_date(self, field_args: Any, **extra: Any) -> Any:
        """A day."""
        return DayField(**field_args)

    @converts("DateTime", "UtcDateTime")
    def convert_datetime(self, field_args: Any, **extra: Any) -> Any:
        """A moment."""
        return MomentField(**field_args)


def build_form(view: Any) -> type[Form]:
    """The form class for the fields that `view.form_sections` name.

    Raises LookupError for a name that is neither a column, a relation nor one of `form_extra`.
    """
    names = [_key(view, name) for section in view.form_sections for name in section.fields]
    made: type[Form] = get_form(
        view.model, Converter(db, view), base_class=Form, only=names, extra_fields=view.form_extra
    )
    return type(made.__name__, (made,), {"needed": view.form_needed})


def _key(view: Any, name: str) -> str:
    if name in view.form_extra or column_of(view.model, name) is not None:
        return name
    if name in view.model.__mapper__.relationships:
        return name
    key, _target = relation(view.model, name)
    return str(key.key)


def _required(kwargs: Any) -> bool:
    return any(isinstance(rule, InputRequired) for rule in kwargs.get("validators", ()))


def _plain(field_args: Any) -> dict[str, Any]:
    """Arguments of a choice: no rule about length, no filter for text."""
    rules = [rule for rule in field_args.get("validators", ()) if not isinstance(rule, Length)]
    kept = {k: v for k, v in field_args.items() if k not in ("filters", "validators")}
    return {**kept, "validators": rules}
