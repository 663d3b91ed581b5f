"""The forms of the working calendar: hours typed as people write them, decrees, and their withdrawal."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from admin.forms import ChoiceField, CodeField, DayField, Form, LineField, TextField
from core.work.clocks.calendar import HOURS, MIDNIGHT, OFF, WORKING, Decree, Shifts
from core.work.clocks.office import Hours

EXAMPLE = _("For example 08:00-15:00, or 08:00-12:00, 13:00-16:00. Empty is a day off.")
NEEDED = InputRequired(_("This is needed."))
KINDS = {
    OFF: _("Day off"),
    WORKING: _("Working day"),
    HOURS: _("Other hours"),
}
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPAN = re.compile(r"(\d{1,2}):(\d\d)\s*[-–—]\s*(\d{1,2}):(\d\d)")
_TIME = re.compile(r"(\d{1,2}):(\d\d)")


def read_hours(text: str) -> Shifts:
    """Hours from "08:00-12:00, 13:00-16:00"; raises ValidationError for what is none."""
    parts = [part.strip() for part in re.split("[,،;؛]", text) if part.strip()]
    found = [_SPAN.fullmatch(part) for part in parts]
    if any(match is None for match in found):
        raise ValidationError(_("Write hours like 08:00-15:00."))
    shifts = [tuple(map(int, match.groups())) for match in found if match]
    return tuple((_minutes(a, b), _minutes(c, d)) for a, b, c, d in shifts)


def read_time(text: str) -> int:
    """Minutes after midnight; raises ValidationError."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise ValidationError(_("Write a time like 14:00."))
    return _minutes(int(found[1]), int(found[2]))


def _minutes(hour: int, minute: int) -> int:
    if minute > 59 or not 0 <= hour * 60 + minute <= MIDNIGHT:
        raise ValidationError(_("Write a time like 14:00."))
    return hour * 60 + minute


def hours_text(shifts: Shifts) -> str:
    """ "08:00-12:00, 13:00-16:00"; nothing for a day off."""
    return ", ".join(f"{a // 60:02d}:{a % 60:02d}-{b // 60:02d}:{b % 60:02d}" for a, b in shifts)


class SpansField(CodeField):
    """Hours of work as text."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, [Optional(), Length(max=100)], **kwargs)

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Raises ValidationError for hours that cannot be read."""
        self.value()

    def value(self) -> Shifts:
        """The hours."""
        return read_hours(self.data or "")


class HoursForm(Form):
    """The week, Sunday first as it is worked here; a day without hours is the weekend."""

    sunday = SpansField(_("Sunday"), description=EXAMPLE)
    monday = SpansField(_("Monday"))
    tuesday = SpansField(_("Tuesday"))
    wednesday = SpansField(_("Wednesday"))
    thursday = SpansField(_("Thursday"))
    friday = SpansField(_("Friday"))
    saturday = SpansField(_("Saturday"))
    ramadan = SpansField(_("Hours in Ramadan"), description=_("Empty: as in the other months."))
    cut_off = CodeField(
        _("Cut-off"), [NEEDED, Length(max=10)],
        description=_("What is received later counts from the next working day."),
    )  # fmt: skip

    def validate_cut_off(self, field: Any) -> None:
        """Raises ValidationError for what is no time of day."""
        read_time(field.data or "")

    @staticmethod
    def of(hours: Hours) -> dict[str, str]:
        """What the form holds for stored hours."""
        week = {name: hours_text(shifts) for name, shifts in zip(DAYS, hours.week, strict=True)}
        cut_off = f"{hours.cut_off // 60:02d}:{hours.cut_off % 60:02d}"
        return week | {"ramadan": hours_text(hours.ramadan), "cut_off": cut_off}

    def value(self) -> Hours:
        """The hours typed."""
        week = tuple(self[name].value() for name in DAYS)
        return Hours(week, self.ramadan.value(), read_time(self.cut_off.data or ""))


class DecreeForm(Form):
    """A decree on certain days."""

    number = LineField(_("Number of the decree"), [NEEDED, Length(max=60)])
    kind = ChoiceField(_("These days are"), [NEEDED], choices=list(KINDS.items()), blank=True)
    first = DayField(_("First day"), [NEEDED])
    last = DayField(_("Last day"), [NEEDED])
    shifts = SpansField(
        _("Hours on these days"), description=_("Only where they differ, for example 09:00-13:00.")
    )
    reason = TextField(_("Reason"), [NEEDED, Length(max=300)])

    def value(self) -> Decree:
        """The decree typed."""
        return Decree(
            self.number.data or "",
            self.reason.data or "",
            self.first.data or date.max,
            self.last.data or date.max,
            self.kind.data,
            self.shifts.value(),
        )


class WithdrawForm(Form):
    """Why a decree is taken out of force."""

    reason = TextField(_("Reason"), [NEEDED, Length(max=300)])
