"""What another system sends for a new request, read and checked field by field."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import force_locale, lazy_gettext
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from wtforms import ValidationError
from wtforms.validators import Email, Length, Optional

from admin import AmountField, CodeField, Form, LineField, TextField
from core import Category, Invalid, Place, db, present
from core.people.identity import Mistyped
from core.people.person import NATIONAL
from core.people.phones import parse_phone
from plugins.complaints.models import LONGEST_BODY, LONGEST_SUBJECT
from plugins.complaints.open311.services import find_service

LONGEST_NAME, LONGEST_LINK, MOST_LINKS = 200, 2000, 10
NOBODY = "-"
"""The name of who gave none, here as in registers of earlier systems."""
LANDS = {"EG": ((21.5, 32.0), (24.5, 37.2)), "YE": ((12.0, 19.1), (41.5, 54.8))}
"""South to north and west to east in degrees, islands included: a point outside was mistyped."""
EARTH = ((-90.0, 90.0), (-180.0, 180.0))


@dataclass(frozen=True)
class Post:
    """A new request: `values` as `registration.register` takes them; `point` latitude and longitude.

    `listed` is whether its subject stands in the open list.
    `links` are addresses of pictures: kept as text for staff, never fetched by us.
    """

    listed: bool
    values: dict[str, Any]
    point: tuple[float | None, float | None]
    links: tuple[str, ...]
    account_id: str


class PostForm(Form):
    """The standard's fields. What it knows besides (device_id, attributes nobody asked for) is not kept."""

    service_code = CodeField(filters=[lambda text: text or ""])
    lat = AmountField()
    long = AmountField()
    address_string = LineField(validators=[Length(max=300)])
    address_id = LineField(validators=[Length(max=60)])
    email = CodeField(
        validators=[Optional(), Length(max=200), Email(lazy_gettext("This is not an e-mail address."))]
    )
    first_name = LineField(validators=[Length(max=LONGEST_NAME)])
    last_name = LineField(validators=[Length(max=LONGEST_NAME)])
    phone = CodeField(validators=[Length(max=40)])
    description = TextField(validators=[Length(max=LONGEST_BODY)])
    account_id = LineField(validators=[Length(max=80)])

    def validate_phone(self, field: Any) -> None:
        """Raises ValidationError for what is no telephone number; none at all is no fault."""
        if field.data:
            try:
                parse_phone(field.data, present().phone_region)
            except Mistyped as mistyped:
                raise ValidationError(mistyped.args[0]) from None

    def validate_last_name(self, field: Any) -> None:
        """Raises ValidationError if both parts together are longer than a name here."""
        if len(self.name) > LONGEST_NAME:
            raise ValidationError(_("The name is too long."))

    def validate_long(self, field: Any) -> None:
        """Raises ValidationError unless the point is whole and in this country."""
        north, east = self.lat.data, field.data
        if north is None or east is None:
            if (north is not None or east is not None) and not (self.lat.errors or field.errors):
                raise ValidationError(_("lat and long are given together."))
        elif not _is_inside(north, east):
            raise ValidationError(_("This point is not in this country: was lat sent as long?"))

    @property
    def name(self) -> str:
        """The whole name, however the sender split it: Arabic names of four parts have no family name."""
        parts = " ".join((self.first_name.data or "", self.last_name.data or "")).split()
        return " ".join(part for part in parts if part != NOBODY)


def read_post(posted: MultiDict[str, str], sender: str) -> Post:
    """Read what `sender` posted; raises Invalid with a sentence a field, NotFound for an unknown service."""
    form = PostForm(posted)
    if not form.service_code.data:
        raise Invalid(_("The service_code is missing: the list of services names them."))
    category = find_service(form.service_code.data)
    form.validate()
    errors: dict[str, list[Any]] = {name: list(told) for name, told in form.errors.items() if name}
    links = tuple(link.strip() for link in posted.getlist("media_url") if link.strip())
    if len(links) > MOST_LINKS:
        errors["media_url"] = [_("At most %(most)d web addresses are taken.", most=MOST_LINKS)]
    elif not all(_is_link(link) for link in links):
        errors["media_url"] = [_("A web address begins with http:// or https:// and has no spaces.")]
    place = _find_place(form)
    if not errors and place is None and form.long.data is None and not form.address_string.data:
        errors["lat"] = [_("Say where: lat and long, an address_string or a known address_id.")]
    if errors:
        raise Invalid(_("Something is missing."), errors)
    point = tuple(None if field.data is None else float(field.data) for field in (form.lat, form.long))
    values, account = _values(form, category, place, sender), form.account_id.data or ""
    return Post(category.listed, values, point, links, account)  # type: ignore[arg-type]


def _values(form: PostForm, category: Category, place: Place | None, sender: str) -> dict[str, Any]:
    """As the citizen's form would give them; FixMyStreet's first line is its title, so it is the subject."""
    body = form.description.data or category.name_ar
    with force_locale("ar"):
        untold = _("Sent by another system without telephone and e-mail: %(name)s", name=sender)
        unasked = _("Sent by another system, which asks for none.")
    return {
        "category_id": category.id,
        "place_id": place.id if place else None,
        "address": form.address_string.data or None,
        "subject": body.partition("\n")[0].strip()[:LONGEST_SUBJECT] or category.name_ar,
        "body": body,
        "name": form.name or NOBODY,
        "phone": form.phone.data or "",
        "email": form.email.data or None,
        "contact_refused": None if form.phone.data or form.email.data else untold,
        "identity_kind": NATIONAL,
        "identity_none": unasked,
    }


def _find_place(form: PostForm) -> Place | None:
    code = form.address_id.data
    return db.session.scalar(select(Place).where(Place.code == code, Place.active)) if code else None


def _is_inside(latitude: Decimal, longitude: Decimal) -> bool:
    (south, north), (west, east) = LANDS.get(present().country, EARTH)
    return south <= latitude <= north and west <= longitude <= east


def _is_link(text: str) -> bool:
    return (
        len(text) <= LONGEST_LINK
        and text.isprintable()
        and text.startswith(("http://", "https://"))
        and " " not in text
    )
