"""The reckoning of a due date in words: days, weekdays, feasts, decrees, pauses and who caused them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from babel.dates import get_day_names
from flask_babel import gettext as _
from flask_babel import ngettext

from admin.dates import LOCALES, clock, day_text, digits, local
from admin.display import comma
from core.data.base import db
from core.data.search import latin_digits
from core.people.bilingual import present_language
from core.people.users import User
from core.work.clocks import story
from core.work.clocks.calendar import Decree, Feast, Reason
from core.work.clocks.clock import Promise
from core.work.clocks.rows import Told
from core.work.clocks.story import Line
from core.work.history import IMPORTED
from core.work.workflow import workflow_of


@dataclass(frozen=True)
class Step:
    """A line of the reckoning: `look` is a class of the style sheet, `head` the day it is about."""

    look: str
    head: str
    text: str


def steps(record: Any, one: Told) -> list[Step]:
    """Why the date of this clock is what it is, step by step."""
    lines = story.explain(one.events, one.calendar)
    people = (db.session.get(User, key) for key in {line.actor_id for line in lines} if key is not None)
    names = {user.id: user.name for user in people if user is not None}
    return [_step(line, record, names) for line in lines]


def _step(line: Line, record: Any, names: dict[int, str]) -> Step:
    day = line.day or (local(line.at).date() if line.at else None)
    text = WORDS[line.kind](line, record)
    who = names.get(line.actor_id or 0)
    head = f"{weekday(day)} {day_text(day)}" if day else ""
    return Step(line.kind, head, f"{text} ({who})" if who else text)


def _received(line: Line, record: Any) -> str:
    return _("Received at %(time)s. Promised: %(promise)s.", time=_time(line.at), promise=words(line.promise))


def _changed(line: Line, record: Any) -> str:
    sentence = _("The promise became: %(promise)s. It is counted from receipt as before, with every pause.",
                 promise=words(line.promise))  # fmt: skip
    return str(sentence)


def _too_late(line: Line, record: Any) -> str:
    return _("Received after %(time)s: it counts from the next working day.", time=_time(line.at))


def _from(line: Line, record: Any) -> str:
    return _with(_("Counting begins; the day itself is not counted."), line.reasons)


def _counted(line: Line, record: Any) -> str:
    return _with(_("Working day %(number)s", number=digits(line.number)), line.reasons)


def _skipped(line: Line, record: Any) -> str:
    return _("Not counted: %(reasons)s", reasons=reasons(line.reasons))


def _hours(line: Line, record: Any) -> str:
    return _("An emergency: its hours run round the clock, at night and on days off too.")


def _paused(line: Line, record: Any) -> str:
    told = {"time": _time(line.at), "cause": _cause(record, line.cause)}
    if line.until is None:
        return _("Paused since %(time)s: %(cause)s. This time will be added when it goes on.", **told)
    told |= {"until": _moment(line.until), "amount": _amount(line), "due": _moment(line.due)}
    return _("Paused at %(time)s until %(until)s: %(cause)s. Added: %(amount)s. Due then: %(due)s.", **told)


def _amount(line: Line) -> str:
    """ "0.57 (in working days)", "3 (in hours)"; to the hundredth, though it is reckoned exactly."""
    number = digits(f"{float(line.amount):.2f}".rstrip("0").rstrip("."))
    if line.promise is not None and line.promise.hours:
        return _("%(number)s (in hours)", number=number)
    return _("%(number)s (in working days)", number=number)


def _due(line: Line, record: Any) -> str:
    return _("Due until %(time)s.", time=_time(line.at))


def _stopped(line: Line, record: Any) -> str:
    return _(
        "The clock stopped at %(time)s: %(cause)s.", time=_time(line.at), cause=_cause(record, line.cause)
    )


WORDS: dict[str, Callable[[Line, Any], str]] = {
    story.RECEIVED: _received,
    story.CHANGED: _changed,
    story.TOO_LATE: _too_late,
    story.FROM: _from,
    story.COUNTED: _counted,
    story.SKIPPED: _skipped,
    story.HOURS: _hours,
    story.PAUSED: _paused,
    story.DUE: _due,
    story.STOPPED: _stopped,
}


def words(promise: Promise | None) -> str:
    """ "3 working days", "6 hours"."""
    if promise is None:
        return _("nothing with a date")
    if promise.days:
        number = digits(promise.days)
        return ngettext("%(number)s working day", "%(number)s working days", promise.days, number=number)
    return ngettext("%(number)s hour", "%(number)s hours", promise.hours, number=digits(promise.hours))


def reasons(found: Iterable[Reason]) -> str:
    """Why a day is as it is: the weekend, a feast with its marks, a decree's number and reason."""
    return comma().join(_reason(one) for one in found) or _("no hours of work")


def _reason(one: Reason) -> str:
    if isinstance(one, Feast):
        return feast_name(one)
    if isinstance(one, Decree):
        return _("decree %(number)s: %(reason)s", number=one.number, reason=one.reason)
    return _("weekend")


def feast_name(feast: Feast) -> str:
    """Its name, in the governorate's digits, and whether its date is an estimate or a day in lieu."""
    name = clock().digits(latin_digits(feast.ar if present_language() == "ar" else feast.en))
    marks = [_("estimated")] * feast.estimated + [_("day in lieu")] * feast.observed
    return f"{name} ({comma().join(marks)})" if marks else name


def weekday(value: date | int) -> str:
    """ "Thursday": of a day, or by number with Monday 0."""
    return _weekdays(present_language())[value if isinstance(value, int) else value.weekday()]


@cache
def _weekdays(language: str) -> dict[int, str]:
    return dict(get_day_names("wide", locale=LOCALES[language]))


def _with(sentence: str, found: tuple[Reason, ...]) -> str:
    return f"{sentence} ({reasons(found)})" if found else sentence


def _cause(record: Any, action: str) -> str:
    workflow = workflow_of(record)
    step = workflow.transition(action) if workflow else None
    if action == IMPORTED:
        return _("taken over from an earlier register")
    return str(step.label) if step else action


def _time(at: datetime | None) -> str:
    return digits(f"{local(at):%H:%M}") if at else ""


def _moment(at: datetime | None) -> str:
    return f"{day_text(at)} {_time(at)}"
