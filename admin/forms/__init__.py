"""Forms of the staff's screens: fields that take both sets of digits, relations that never turn into NULL."""

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
from admin.forms.files import FilesField, posted
from admin.forms.form import Form
from admin.forms.relations import RelationField, RelationsField

__all__ = [
    "AmountField",
    "ChoiceField",
    "CodeField",
    "DayField",
    "FilesField",
    "Form",
    "LineField",
    "MomentField",
    "NumberField",
    "RelationField",
    "RelationsField",
    "TextField",
    "posted",
]
