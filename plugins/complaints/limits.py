"""How many complaints are taken in from one place, by whichever door they come."""

from __future__ import annotations

from flask_babel import gettext as _

from core import present
from core.people.limits import hit
from core.people.phones import parse_phone
from plugins.complaints.registration import TooMany

HOUR, DAY, QUARTER = 3600, 24 * 3600, 15 * 60
"""Seconds."""
FROM_ONE_PHONE = 5
"""Complaints a day, over all doors."""


def count_phone(phone: str) -> None:
    """Count a new complaint of this telephone number, as typed; raises TooMany (429).

    So no telephone is rung by strangers all day.
    """
    number = parse_phone(phone, present().phone_region).e164
    if not hit(f"complaints.new:{number}", FROM_ONE_PHONE, DAY):
        raise TooMany(_("Too many complaints came from this telephone today. Please try again tomorrow."))
