"""How soon a complaint is answered: promised by its category, counted from receipt to the answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from babel.dates import format_date
from flask_babel import lazy_gettext as _

from core import Category, Clock, Promise, db, present
from core.work.clocks.clock import MOST_DAYS, MOST_HOURS
from core.work.clocks.rows import told
from plugins.complaints.models import OVERALL, Complaint


def promised(complaint: Complaint) -> Promise | None:
    """What the category promises: hours where it is an emergency, else working days; some promise nothing.

    The days of the seed are our assumption (domain reference 3.1): no official table was found.
    """
    category = db.session.get(Category, complaint.category_id)
    if category is None:
        return None
    if 0 < (category.hours or 0) <= MOST_HOURS:
        return Promise(hours=category.hours or 0)
    return Promise(days=category.working_days or 0) if 0 < (category.working_days or 0) <= MOST_DAYS else None


def received(complaint: Complaint) -> datetime:
    """The clock begins at receipt, whenever it was typed."""
    return complaint.received_at


def settled(complaint: Complaint) -> datetime | None:
    """When an imported complaint was answered, where the register says so."""
    return complaint.answered_at or complaint.closed_at


class Dates(NamedTuple):
    """The days by which an answer was `promised`, pauses included, and is `due` as things stand now."""

    promised: date | None
    due: date | None


def dates(complaint: Complaint) -> Dates:
    """Both days, None where nothing was promised."""
    found = told(complaint, OVERALL)
    return Dates(_day(found.reading.promised_at), _day(found.reading.due_at)) if found else Dates(None, None)


def _day(moment: datetime | None) -> date | None:
    return present().local(moment).date() if moment else None


def written(day: date) -> str:
    """A day as an Arabic letter says it: "٢٩ نوفمبر ٢٠٢٦" reads alike on every telephone, 03/04 does not."""
    return format_date(day, "d MMMM y", locale="ar_EG")


def overall(runs: tuple[str, ...], stops: tuple[str, ...], pauses: tuple[str, ...] = ()) -> Clock:
    """The clock of the whole way to the answer."""
    return Clock(
        OVERALL,
        _("Answer to the citizen"),
        runs=runs,
        stops=stops,
        pauses=pauses,
        promise=promised,
        began=received,
        ended=settled,
        promise_by=("category_id",),
    )
