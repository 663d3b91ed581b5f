"""What a list of requests is asked for: which, since when, in what state, and how many at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from core import Invalid, now, present
from core.data.search import latin_digits

OPEN, CLOSED = "open", "closed"
LONGEST = timedelta(days=90)
MOST = 1000
"""The standard's limits for one answer: 90 days or so many requests."""
_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d)(T.+)?)?")


@dataclass(frozen=True)
class Query:
    """`ids` overrides all but the page; empty tuples mean any.

    `midnights` begin the days asked for, in the governorate's zone, and the last one ends them.
    """

    ids: tuple[str, ...]
    codes: tuple[str, ...]
    statuses: tuple[str, ...]
    midnights: tuple[datetime, ...]
    page: int
    size: int


def read_query(arguments: MultiDict[str, str]) -> Query:
    """Read an address's arguments; an empty one counts as none. Raises Invalid, naming what is wrong."""
    return Query(
        ids=_words(arguments, "service_request_id")[:MOST],
        codes=_words(arguments, "service_code")[:MOST],
        statuses=_statuses(arguments),
        midnights=_midnights(arguments),
        page=_count(arguments, "page", 1, 100_000),
        size=_count(arguments, "page_size", MOST, MOST),
    )


def _words(arguments: MultiDict[str, str], name: str) -> tuple[str, ...]:
    """Values given several times or with commas between; raises Invalid for what no code can hold."""
    words = ",".join(arguments.getlist(name)).split(",")
    if not all(word.isprintable() for word in words):
        raise Invalid(_("%(name)s holds signs that no code has.", name=name))
    return tuple(word.strip() for word in words if word.strip())


def _statuses(arguments: MultiDict[str, str]) -> tuple[str, ...]:
    statuses = tuple(word.lower() for word in _words(arguments, "status"))
    if not set(statuses) <= {OPEN, CLOSED}:
        raise Invalid(_("status: only open and closed are known."))
    return statuses


def _midnights(arguments: MultiDict[str, str]) -> tuple[datetime, ...]:
    """The days asked for, by default the last 90; from one date alone 90 days on or back.

    Always whole days: by the second in which a request is found one could count which it was.
    """
    since, until = (_moment(arguments, name) for name in ("start_date", "end_date"))
    if since and until and until < since:
        raise Invalid(_("end_date may not be before start_date."))
    if since and until and until - since > LONGEST:
        raise Invalid(_("start_date and end_date may be at most 90 days apart."))
    try:
        if since is None:
            since = (until or now()) - LONGEST
        first, last = (present().local(at).date() for at in (since, until or since + LONGEST))
        days = [first + timedelta(days=n) for n in range((last - first).days + 2)]
        return tuple(datetime.combine(day, time(), present().zone).astimezone(UTC) for day in days)
    except OverflowError:
        raise Invalid(_("start_date and end_date must be dates of our time.")) from None


def _moment(arguments: MultiDict[str, str], name: str) -> datetime | None:
    """A date or moment of the W3C's note; without an offset it is on the governorate's clock."""
    text = latin_digits(arguments.get(name, "")).strip().replace(" ", "+")  # a plus that nobody escaped
    if not text:
        return None
    found = _DATE.fullmatch(text[:40])
    try:
        year, month, day, clock = found.groups() if found else ("", "", "", "")
        moment = datetime.fromisoformat(f"{year}-{month or '01'}-{day or '01'}{clock or ''}")
        return (moment if moment.tzinfo else moment.replace(tzinfo=present().zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(
            _("%(name)s must be a date like 2026-05-24 or 2026-05-24T00:00:00Z.", name=name)
        ) from None


def _count(arguments: MultiDict[str, Any], name: str, default: int, most: int) -> int:
    text = latin_digits(arguments.get(name, "")).strip()
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,6}", text) or not 1 <= int(text) <= most:
        raise Invalid(_("%(name)s must be a whole number from 1 to %(most)d.", name=name, most=most))
    return int(text)
