"""The base of every form, and what the templates ask about its fields."""

from __future__ import annotations

from typing import Any

from flask_admin.form import BaseForm
from wtforms import Field, FileField, HiddenField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.simple import BooleanField
from wtforms.validators import InputRequired, Optional

from admin.forms.fields import AmountField, DayField, MomentField, NumberField
from admin.forms.relations import Looked
from admin.forms.sentences import Sentences


class Form(BaseForm):
    """A form in the reader's language. The token against forgery is the page's and checked by the gate."""

    class Meta:
        """WTForms' own sentences come through our catalogue."""

        def get_translations(self, form: Any) -> Any:
            """Where WTForms looks its sentences up."""
            return Sentences()

    needed: tuple[str, ...] = ()
    """Fields that must be filled in although their columns may be empty."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.needed:
            field = self[name]
            field.flags.required, field.blank = True, False
            field.validators = [
                InputRequired(),
                *(v for v in field.validators if not isinstance(v, Optional)),
            ]

    @property
    def multipart(self) -> bool:
        """Whether the page must send files."""
        return any(isinstance(field, FileField) for field in self)


KINDS: tuple[tuple[Any, str], ...] = (
    (HiddenField, "hidden"),
    (BooleanField, "tick"),
    (Looked, "looked"),
    (RadioField, "radios"),
    (SelectMultipleField, "radios"),
    (SelectField, "select"),
    (TextAreaField, "text"),
    ((DayField, MomentField, NumberField, AmountField), "short"),
)


def kind(field: Field) -> str:
    """How a template draws a field: hidden, tick, looked, radios, select, text, short or line."""
    return next((name for types, name in KINDS if isinstance(field, types)), "line")


def aria(field: Field) -> dict[str, str]:
    """Attributes that tie a widget to its help and its error."""
    told = ([f"{field.id}-hint"] if field.description else []) + (
        [f"{field.id}-error"] if field.errors else []
    )
    found = {"aria-describedby": " ".join(told)} if told else {}
    return found | ({"aria-invalid": "true"} if field.errors else {})


def first_error(errors: Any) -> Any:
    """The first sentence about a field (those of a list of fields are nested)."""
    while isinstance(errors, (list, tuple)) and errors:
        errors = errors[0]
    if isinstance(errors, dict):
        return first_error(next(iter(errors.values()), ""))
    return errors
