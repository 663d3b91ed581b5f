"""The governorate's working calendar: hours, the year's holidays with their marks, and decrees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from sqlalchemy import select
from werkzeug.exceptions import BadRequest

from admin.calendar_forms import KINDS, DecreeForm, HoursForm, WithdrawForm, hours_text
from admin.clock_words import feast_name, weekday
from admin.cursor import LARGEST_ID
from admin.dates import digits
from admin.page import Page
from admin.saving import accuse
from core.access import right
from core.data.base import db
from core.data.search import latin_digits
from core.data.time import now
from core.errors import Invalid, NotFound, Refused
from core.governorates.present import present
from core.people.access import may
from core.people.users import User
from core.work.clocks.calendar import WorkCalendar
from core.work.clocks.feasts import is_known
from core.work.clocks.office import (
    YEARS_AHEAD,
    YEARS_BACK,
    DecreeRow,
    hours_of,
    issue,
    keep_hours,
    present_calendar,
    withdraw,
)
from core.work.clocks.rows import change_calendar

LABEL = "core.decree"


@dataclass(frozen=True)
class Holiday:
    """A holiday of the year as the page shows it: `lost` if it falls on a day that is off anyway."""

    day: date
    weekday: str
    name: str
    lost: bool


class CalendarPage(Page):
    """Which days and hours count for every date that is promised."""

    name, title, icon = "calendar", lazy_gettext("Working calendar"), "calendar"

    @expose("/", methods=("GET",))
    @right(LABEL, "read")
    def index(self) -> str:
        """The calendar as it is."""
        calendar, year = present_calendar(db.session()), _year()
        here = present()
        return self.show(
            "calendar.html",
            week=[(weekday(number), hours_text(shifts)) for number, shifts in _from_sunday(calendar)],
            ramadan=hours_text(calendar.ramadan),
            ramadans=[span for span in calendar.ramadans if year in (span[0].year, span[1].year)],
            cut_off=hours_text(((calendar.cut_off, calendar.cut_off),)).partition("-")[0],
            year=year,
            years=[other for other in (year - 1, year + 1) if other in _years()],
            holidays=[_holiday(calendar, feast) for feast in calendar.feasts if feast.day.year == year],
            known=is_known(here.country),
            decrees=_decrees(),
            kinds=KINDS,
            hours_text=hours_text,
            may_write=may("write", LABEL),
            may_create=may("create", LABEL),
        )

    @expose("/hours", methods=("GET", "POST"))
    @right(LABEL, "write")
    def hours(self) -> ResponseReturnValue:
        """The form of the office's hours."""
        stored = hours_of(db.session(), present())
        form = HoursForm(request.form) if request.method == "POST" else HoursForm(data=HoursForm.of(stored))
        return self._form(_("Hours of work"), form, lambda: keep_hours(db.session(), form.value()))

    @expose("/new", methods=("GET", "POST"))
    @right(LABEL, "create")
    def create(self) -> ResponseReturnValue:
        """The form of a decree."""
        form = DecreeForm(request.form if request.method == "POST" else None)
        return self._form(_("New decree"), form, lambda: issue(db.session(), form.value()))

    @expose("/<int:id>/withdraw", methods=("GET", "POST"))
    @right(LABEL, "write")
    def withdraw(self, id: int) -> ResponseReturnValue:  # noqa: A002 - the word of the address
        """Take a decree out of force; it stays on record."""
        row = db.session.get(DecreeRow, id) if id <= LARGEST_ID else None
        if row is None or row.withdrawn_at is not None:
            raise NotFound(_("This decree is not in force any more."))
        form = WithdrawForm(request.form if request.method == "POST" else None)
        title = _("Withdraw decree %(number)s", number=row.number)
        return self._form(title, form, lambda: withdraw(db.session(), id, form.reason.data or ""))

    def _form(self, title: str, form: Any, save: Any) -> ResponseReturnValue:
        """Show the form, or save it and let every open clock move with the calendar."""
        refused: Refused | None = None
        if request.method == "POST" and form.validate():
            try:
                count = change_calendar(db.session(), save)
                db.session.commit()
            except Refused as refusal:
                db.session.rollback()
                refused = refusal
            else:
                flash(_told(count), "success")
                return redirect(self.link())
        if isinstance(refused, Invalid):
            accuse(form, refused)
        sentence = str(refused) if refused else None
        crumbs = self.crumbs((title, None))
        html = self.show(
            "form.html", title=title, form=form, sentence=sentence, cancel_url=self.link(), crumbs=crumbs
        )
        return html, refused.status if refused else 422 if form.errors else 200


def _told(count: int) -> str:
    words = ngettext(
        "%(count)s open date was reckoned anew.", "%(count)s open dates were reckoned anew.", count,
        count=digits(count),
    )  # fmt: skip
    changed = _("The calendar was changed.")
    return f"{changed} {words}"


def _years() -> range:
    """The years whose holidays are known."""
    this = present().local(now()).year
    return range(this - YEARS_BACK, this + YEARS_AHEAD + 1)


def _year() -> int:
    """The year asked for, or this one."""
    typed = latin_digits(request.args.get("year", ""))
    if not typed:
        return present().local(now()).year
    if not (typed.isascii() and typed.isdecimal() and len(typed) == 4):
        raise BadRequest(_("This is not a year."))
    year = int(typed)
    if year not in _years():
        raise BadRequest(_("The calendar does not know the holidays of this year."))
    return year


def _from_sunday(calendar: WorkCalendar) -> list[tuple[int, Any]]:
    """The week as it is worked here: Sunday first."""
    return [(number, calendar.week[number]) for number in (6, 0, 1, 2, 3, 4, 5)]


def _holiday(calendar: WorkCalendar, feast: Any) -> Holiday:
    lost = not calendar.week[feast.day.weekday()]
    return Holiday(feast.day, weekday(feast.day), feast_name(feast), lost)


def _decrees() -> list[tuple[DecreeRow, str, str]]:
    """Newest first, with who entered and who withdrew each."""
    rows = list(db.session.scalars(select(DecreeRow).order_by(DecreeRow.id.desc()).limit(200)))
    ids = {key for row in rows for key in (row.added_by_id, row.withdrawn_by_id) if key}
    names = {user.id: user.name for user in db.session.scalars(select(User).where(User.id.in_(ids)))}
    return [
        (row, names.get(row.added_by_id or 0, ""), names.get(row.withdrawn_by_id or 0, "")) for row in rows
    ]
