"""What is asked of staff and citizens: the intake, and the questions of each step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, InputRequired, Length, Optional, ValidationError

from admin import ChoiceField, CodeField, DayField, FilesField, Form, LineField, RelationField, TextField
from core import Category, Place, Unit, db, now, present
from core.people.identity import OTHER_KINDS, Mistyped, clean_other_id, parse_national_id
from core.people.person import NATIONAL
from core.people.phones import parse_phone
from plugins.complaints.codes import APPLICANTS, CHANNELS, COUNTER, INDIVIDUAL, KINDS, OUTCOMES
from plugins.complaints.models import LONGEST_BODY, LONGEST_SUBJECT

LIST = "complaints"
"""The list of categories that is ours."""
NO_IDENTITY = "none"
IDENTITIES = {
    NATIONAL: lazy_gettext("National ID"),
    "yemeni_id": lazy_gettext("Yemeni identity card"),
    "passport": lazy_gettext("Passport"),
    "refugee_card": lazy_gettext("Refugee card"),
    "commercial_register": lazy_gettext("Commercial register"),
    "tax_number": lazy_gettext("Tax number"),
    "other": lazy_gettext("Other document"),
    NO_IDENTITY: lazy_gettext("None shown"),
}
REQUIRED = InputRequired(lazy_gettext("This is needed."))


class CategoryField(SelectField):
    """The subjects that may be chosen, grouped as in the tree; what is posted is the id of a leaf."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, choices=offered_categories, coerce=_whole, **kwargs)


def offered_categories() -> list[SelectChoice]:
    """The active leaves of the tree, each under the name of the group above it."""
    return [SelectChoice("", _("Choose"))] + [
        SelectChoice(str(one.id), one.name, optgroup=group.name if group else None)
        for one, group in leaf_categories()
    ]


def leaf_categories() -> list[tuple[Category, Category | None]]:
    """The active leaves of the tree with the group above each, in order."""
    rows = select(Category).where(Category.list == LIST, Category.active).order_by(Category.path)
    found = {category.id: category for category in db.session.scalars(rows)}
    parents = {category.parent_id for category in found.values()}
    return [(one, found.get(one.parent_id or 0)) for one in found.values() if one.id not in parents]


def _whole(value: Any) -> int | str:
    """The number posted; anything else stays what it is and is then no choice."""
    text = str(value if value is not None else "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else text


def _read(parse: Callable[..., Any], *typed: str) -> Any:
    """What `parse` makes of it; raises ValidationError with the sentence of a Mistyped."""
    try:
        return parse(*typed)
    except Mistyped as mistyped:
        raise ValidationError(mistyped.args[0]) from None


def usual_identity() -> str:
    """The kind of document that citizens of this governorate's country carry."""
    return NATIONAL if present().country == "EG" else "yemeni_id"


class IntakeForm(Form):
    """What is asked of everybody who complains."""

    token = HiddenField()
    doubted = HiddenField()
    """The national ID whose doubtful last digit was pointed out; sent again, it is taken."""
    identity = CodeField(lazy_gettext("National ID"), [Length(max=60)], render_kw={"inputmode": "numeric"})
    name = LineField(lazy_gettext("Full name"), [REQUIRED, Length(min=3, max=200)])
    phone = CodeField(lazy_gettext("Mobile telephone"), [Length(max=40)], render_kw={"inputmode": "tel"})
    category_id = CategoryField(lazy_gettext("Category"), [REQUIRED])
    place_id = RelationField(lazy_gettext("Place"), [REQUIRED], target=Place, by_id=True, blank=False)
    address = LineField(
        lazy_gettext("Address or landmark"),
        [Length(max=300)],
        description=lazy_gettext("Where the problem is: street, number, what is nearby."),
    )
    subject = LineField(lazy_gettext("Subject"), [REQUIRED, Length(min=3, max=LONGEST_SUBJECT)])
    body = TextField(lazy_gettext("Text of the complaint"), [REQUIRED, Length(min=5, max=LONGEST_BODY)])
    files = FilesField(lazy_gettext("Photos and documents"))
    expected: tuple[str, ...] = ("identity", "phone")
    """Fields that may only be left empty with a reason, or not at all: never called optional."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.expected:
            self[name].flags.required = True
        if usual_identity() != NATIONAL:
            self.identity.label.text = _("Identity number")

    def identity_kind_now(self) -> str:
        """The kind of document that the number is from."""
        return usual_identity()

    def validate_identity(self, field: Any) -> None:
        """Raises ValidationError with what is wrong; for a doubtful check digit only once."""
        kind = self.identity_kind_now()
        if kind == NATIONAL:
            number = _read(parse_national_id, field.data or "")
            if number.warnings and self.doubted.data != number.digits:
                self.doubted.data = number.digits
                again = _("If it stands there as you typed it, send the form again.")
                raise ValidationError(f"{number.warnings[0]} {again}")
        elif kind != NO_IDENTITY:
            _read(clean_other_id, field.data or "")

    def validate_phone(self, field: Any) -> None:
        """Raises ValidationError unless it is a telephone number of the country, or none was given."""
        if field.data:
            _read(parse_phone, field.data, present().phone_region)


class CounterForm(IntakeForm):
    """The same at the counter, where a clerk may note why there is no document or telephone."""

    expected = ("identity", "phone", "identity_kind", "kind", "applicant_kind", "channel")
    identity_kind = ChoiceField(
        lazy_gettext("Document"), choices=list(IDENTITIES.items()), default=usual_identity
    )
    identity_none = LineField(lazy_gettext("Why no document was shown"), [Length(max=200)])
    email = CodeField(
        lazy_gettext("E-mail"),
        [Optional(), Length(max=200), Email(lazy_gettext("This is not an e-mail address."))],
    )
    contact_refused = LineField(lazy_gettext("Why there is no telephone"), [Length(max=200)])
    kind = ChoiceField(lazy_gettext("Kind"), choices=list(KINDS.items()), default=INDIVIDUAL)
    applicant_kind = ChoiceField(
        lazy_gettext("Applicant"), choices=list(APPLICANTS.items()), default="citizen"
    )
    channel = ChoiceField(lazy_gettext("Channel"), choices=list(CHANNELS.items()), default=COUNTER)

    def identity_kind_now(self) -> str:
        """As the clerk chose."""
        return str(self.identity_kind.data or NATIONAL)

    def validate_identity_none(self, field: Any) -> None:
        """Raises ValidationError if there is neither a document nor a reason."""
        if self.identity_kind.data == NO_IDENTITY and not field.data:
            raise ValidationError(_("Say why no document was shown."))

    def validate_phone(self, field: Any) -> None:
        """Raises ValidationError also if the citizen could not be told and nobody wrote why."""
        super().validate_phone(field)
        if not field.data and not self.email.data and not self.contact_refused.data:
            raise ValidationError(_("Give a telephone or an e-mail address, or say why there is none."))


class CitizenForm(IntakeForm):
    """The same for a citizen on the telephone; `website` is a trap that people do not see."""

    website = LineField(lazy_gettext("Leave this empty"), [Length(max=0)])

    def validate_phone(self, field: Any) -> None:
        """Raises ValidationError unless it is a mobile number: it is how secret and answer arrive."""
        if not _read(parse_phone, field.data or "", present().phone_region).mobile:
            raise ValidationError(_("Give a mobile number: number and secret come to it in a message."))


class TrackForm(Form):
    """Number and secret from the receipt."""

    number = CodeField(lazy_gettext("Number of the complaint"), [REQUIRED, Length(max=40)])
    secret = CodeField(
        lazy_gettext("Secret"),
        [REQUIRED, Length(max=60)],
        description=lazy_gettext("Twelve signs, on the receipt below the number."),
        render_kw={"autocapitalize": "characters", "spellcheck": "false", "data-from-fragment": ""},
    )


def _is_body() -> Any:
    return Unit.parent_id.is_not(None)


class ReferForm(Form):
    """To whom, until when."""

    unit_id = RelationField(
        lazy_gettext("Body"), [REQUIRED], target=Unit, by_id=True, blank=False, criterion=_is_body
    )
    due_on = DayField(lazy_gettext("Answer due on"), [REQUIRED])
    note = TextField(lazy_gettext("Instructions to the body"), [Length(max=1000)])

    def validate_due_on(self, field: Any) -> None:
        """Raises ValidationError for a day that is over."""
        if field.data and field.data < present().local(now()).date():
            raise ValidationError(_("This day is over."))


class ReplyForm(Form):
    """What came of it, in words for the citizen."""

    outcome = ChoiceField(lazy_gettext("Outcome"), [REQUIRED], choices=list(OUTCOMES.items()), blank=True)
    """None is preselected: it is counted and told to the citizen, so the body must choose."""
    text = TextField(lazy_gettext("Reply"), [REQUIRED, Length(min=10, max=LONGEST_BODY)])


class ReturnForm(Form):
    """Why the reply does not do."""

    reason = TextField(lazy_gettext("What is missing"), [REQUIRED, Length(min=5, max=1000)])


class ToldForm(Form):
    """How the citizen was told where no message arrived."""

    how = TextField(lazy_gettext("How and when the citizen was told"), [REQUIRED, Length(min=5, max=1000)])


assert set(OTHER_KINDS) <= set(IDENTITIES)  # noqa: S101 - a kind added in core must get its word here
