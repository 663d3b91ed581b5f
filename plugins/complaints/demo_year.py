"""A year of a complaint desk for demonstrations: invented people, real places, wording from CSV.

Ten months come from "the earlier register" as imported history; in the last weeks the demo's staff
work through the same transitions, guards and numbers as real staff would. Seeded: always the same.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import Category, Governorate, Place, Scope, Unit, now
from core.data.scope import CONFIDENTIAL, ORDINARY
from core.data.time import freeze
from core.people.identity import check_digits
from core.people.scopes import scope_of
from core.people.units import competent_units, root_unit
from core.people.users import Membership, Role, User
from core.work.bulk import transition_many
from core.work.history import History, import_history
from plugins.complaints.codes import CHANNELS, COLLECTIVE, COUNTER, INDIVIDUAL, PORTAL
from plugins.complaints.forms import LIST
from plugins.complaints.models import Applicant, Complaint
from plugins.complaints.workflow import ANSWERED, CLOSED

FOLDER = Path(__file__).with_name("demo")
SIZES = {"EG-SHR": 1000, "EG-KN": 800}
USUAL = 600
LIVE_DAYS, YEAR = 45, 365
LIVE_SHARE = 8
"""One complaint in so many is worked through; the rest is history."""
HEAVY = {
    "OCC-STR": 6,
    "CLN-GAR": 6,
    "BLD-STA": 5,
    "BLD-VIO": 5,
    "UTL-WAT-CUT": 4,
    "UTL-SEW-OVF": 4,
    "SOC-TAK": 4,
}
"""Subjects that come more often; the proportions of a published month (domain reference 3.1)."""
OUTCOMES = {"REMOVED": 55, "INFORMED": 18, "PARTIAL": 10, "REFUSED": 8, "PLANNED": 6, "OUTSIDE": 3}
WEEKEND = (4, 5)


@dataclass(frozen=True)
class Step:
    """One thing done to one complaint at a moment: what, by whom (None: a citizen), with what data."""

    at: datetime
    id: int
    action: str
    by: int | None
    data: tuple[tuple[str, Any], ...] = ()


@dataclass
class Cast:
    """The demo's staff and material of one governorate."""

    session: Session
    governorate: Governorate
    rng: Random
    unit: Unit
    wording: list[tuple[Category, str, str]]
    weights: list[int]
    names: dict[str, list[str]]
    replies: dict[str, list[str]]
    places: list[Place]
    staff: dict[str, list[int]]
    focal: dict[int, int]
    scopes: dict[int, Scope] = field(default_factory=dict)


def write_year(session: Session, governorate: Governorate) -> None:
    """Write the year before today; the caller commits. Without the demo's staff, the history alone."""
    cast = _gather(session, governorate)
    size = SIZES.get(governorate.code, USUAL)
    live = size // LIVE_SHARE if {"CLK", "EXM", "OFF", "REV", "DIR"} <= cast.staff.keys() else 0
    start = now() - timedelta(days=LIVE_DAYS)
    with freeze(start):
        import_history(_past(cast, moment) for moment in _moments(cast, size - live, YEAR - LIVE_DAYS, start))
    if live:
        _work(cast, _moments(cast, live, LIVE_DAYS, now()))


def _gather(session: Session, governorate: Governorate) -> Cast:
    ending = "_ye" if governorate.country == "YE" else ""
    categories = {c.code: c for c in session.scalars(select(Category).where(Category.list == LIST))}
    rows = [row for row in _read(f"subjects{ending}") if row["category_code"] in categories]
    wording = [(categories[row["category_code"]], row["subject_ar"], row["body_ar"]) for row in rows]
    replies: dict[str, list[str]] = defaultdict(list)
    for row in _read("replies"):
        replies[row["outcome"]].append(row["reply_ar"])
    names: dict[str, list[str]] = defaultdict(list)
    for row in _read(f"names{ending}"):
        names[row["kind"]].append(row["name_ar"])
    staff, focal = _staff(session)
    return Cast(
        session,
        governorate,
        Random(governorate.code),  # noqa: S311 - a demonstration, no secret
        root_unit(session, governorate),
        wording,
        [HEAVY.get(category.code, 1) for category, _subject, _body in wording],
        names,
        replies,
        list(session.scalars(select(Place).where(Place.parent_id.is_not(None)).order_by(Place.path))),
        staff,
        focal,
    )


def _read(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _staff(session: Session) -> tuple[dict[str, list[int]], dict[int, int]]:
    """Ids of the demo's users by role, and the focal point of each unit."""
    staff: dict[str, list[int]] = defaultdict(list)
    focal: dict[int, int] = {}
    held = select(Membership.user_id, Membership.unit_id, Role.code).join(Role).join(User)
    for user_id, unit_id, role in session.execute(held.where(User.demo).order_by(Membership.id)):
        staff[role].append(user_id)
        if role == "FOC":
            focal.setdefault(unit_id, user_id)
    return staff, focal


def _moments(cast: Cast, count: int, days: int, end: datetime) -> list[datetime]:
    """`count` moments of working hours in the `days` before `end`, in order: more and more."""
    found: list[datetime] = []
    today = cast.governorate.local(end).date()
    while len(found) < count:
        day = today - timedelta(days=int(cast.rng.triangular(0, days, 0)))
        if day.weekday() in WEEKEND and cast.rng.random() < 0.8:
            continue
        clock = time(8 + cast.rng.randrange(7), cast.rng.randrange(60), cast.rng.randrange(60))
        moment = datetime.combine(day, clock, cast.governorate.zone)
        if moment < end:
            found.append(moment)
    return sorted(found)


def _past(cast: Cast, received: datetime) -> tuple[Complaint, History]:
    """A complaint of the earlier register with what became of it."""
    complaint = _complaint(cast, received, cast.rng.choice(list(CHANNELS)))
    complaint.unit_id, complaint.source = cast.unit.id, "السجل السابق"
    complaint.source_ref = f"{received:%Y%m%d}-{cast.rng.getrandbits(32):08x}"
    settled = received + timedelta(days=cast.rng.randrange(1, 30), hours=cast.rng.randrange(1, 6))
    state = CLOSED if settled < now() - timedelta(days=3) else ANSWERED
    complaint.outcome, complaint.reply = _answer(cast)
    complaint.answered_at = min(settled, now())
    complaint.closed_at = complaint.notified_at = settled if state == CLOSED else None
    dates = {"received_at": received, "closed_at": complaint.closed_at}
    return complaint, History(state, "السجل السابق", dates, complaint.outcome)


def _complaint(cast: Cast, received: datetime, channel: str) -> Complaint:
    rng = cast.rng
    category, subject, body = rng.choices(cast.wording, cast.weights)[0]
    place = rng.choice(cast.places)
    return Complaint(
        received_at=received,
        channel=channel,
        kind=COLLECTIVE if rng.random() < 0.2 else INDIVIDUAL,
        applicant_kind="citizen",
        category_id=category.id,
        confidentiality=CONFIDENTIAL if category.confidential else ORDINARY,
        place_id=place.id,
        subject=subject,
        body=body.replace("{place}", place.name_ar),
        applicants=[_applicant(cast)],
    )


def _applicant(cast: Cast) -> Applicant:
    rng, names = cast.rng, cast.names
    woman = rng.random() < 0.4
    first = rng.choice(names["first_f" if woman else "first_m"])
    parts = [first, rng.choice(names["first_m"]), rng.choice(names["first_m"]), rng.choice(names["family"])]
    applicant = Applicant(name=" ".join(parts))
    if cast.governorate.country == "EG":
        year, sex = rng.randrange(60, 100), rng.randrange(0, 10, 2) + (not woman)
        digits = f"2{year}{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}27{rng.randrange(1000):03}{sex}"
        applicant.set_identity(digits + min(check_digits(digits)))
        applicant.set_phone(f"010{rng.randrange(10**8):08}", "EG")
    else:
        applicant.set_identity(f"{rng.randrange(10**10, 10**11)}", "yemeni_id")
        applicant.set_phone(f"77{rng.randrange(10**7):07}", "YE")
    return applicant


def _answer(cast: Cast) -> tuple[str, str]:
    outcome = cast.rng.choices(list(OUTCOMES), list(OUTCOMES.values()))[0]
    return outcome, cast.rng.choice(cast.replies[outcome])


def _work(cast: Cast, moments: list[datetime]) -> None:
    """Take complaints in, then do day by day what was due until now; so every state has its share."""
    taken = [(_taken_in(cast, moment), moment) for moment in moments]
    with freeze(moments[0]):
        cast.session.add_all(complaint for complaint, _moment in taken)
        cast.session.flush()
    steps = [step for complaint, moment in taken for step in _story(cast, complaint, moment)]
    for (at, action, by, data), ids in _batches([step for step in steps if step.at < now()]):
        with freeze(at):
            transition_many(Complaint, ids, action, dict(data), scope=_scope(cast, by))


def _taken_in(cast: Cast, moment: datetime) -> Complaint:
    """At the counter or from a citizen's telephone; most concern a body that has a focal point here."""
    citizen = cast.rng.random() < 0.3
    for _attempt in range(5):
        complaint = _complaint(cast, moment, PORTAL if citizen else COUNTER)
        body = _body(cast, complaint)
        if body is not None and body.id in cast.focal:
            break
    clerk = None if citizen else cast.rng.choice(cast.staff["CLK"])
    complaint.unit_id = (_scope(cast, clerk).unit_id if clerk else None) or cast.unit.id
    complaint.created_by_id = clerk
    return complaint


def _batches(steps: list[Step]) -> Iterator[tuple[Any, list[int]]]:
    """Steps of one day that are alike, in order of time; each batch at the hour of its last step."""
    found: dict[Any, list[Step]] = defaultdict(list)
    for step in sorted(steps, key=lambda step: step.at):
        found[step.at.date(), step.action, step.by, step.data].append(step)
    batches = [((max(s.at for s in same), *key[1:]), [s.id for s in same]) for key, same in found.items()]
    return iter(sorted(batches, key=lambda batch: batch[0][0]))


def _story(cast: Cast, complaint: Complaint, at: datetime) -> Iterator[Step]:
    """What the desk, the body and the reviewer do with it, each in their time."""
    rng, confidential = cast.rng, complaint.confidentiality > ORDINARY

    def step(action: str, by: int | None, hours: float, **data: Any) -> Step:
        nonlocal at
        at = _at_work(cast, at + timedelta(hours=hours * rng.uniform(0.3, 1.7)))
        return Step(at, complaint.id, action, by, tuple(data.items()))

    desk = cast.staff["OFF" if confidential else "EXM"][0]
    yield Step(at, complaint.id, "register", complaint.created_by_id)
    yield step("examine", desk, 40)
    unit = _body(cast, complaint)
    if unit is None:
        return
    yield step("refer", desk, 20, unit_id=unit.id, due_on=(at + timedelta(days=15)).date(), note="")
    focal = cast.focal.get(unit.id)
    if focal is None:
        return
    yield step("acknowledge", focal, 36)
    outcome, text = _answer(cast)
    yield step("reply", focal, 150, outcome=outcome, text=text)
    yield step("approve", cast.staff["DIR" if confidential else "REV"][0], 90)


def _at_work(cast: Cast, moment: datetime) -> datetime:
    """The moment, or the next one at which an office is open."""
    here = cast.governorate.local(moment)
    while here.weekday() in WEEKEND or not 8 <= here.hour < 15:
        here = datetime.combine(here.date() + timedelta(days=here.hour >= 8), time(8), here.tzinfo)
        here += timedelta(minutes=cast.rng.randrange(7 * 60))
    return here


def _body(cast: Cast, complaint: Complaint) -> Unit | None:
    category = cast.session.get_one(Category, complaint.category_id)
    place = cast.session.get(Place, complaint.place_id)
    found = (competent_units(cast.session, code, place) for code in category.body_codes)
    return next((unit for units in found for unit in units), None)


def _scope(cast: Cast, user_id: int | None) -> Scope:
    if user_id is None:
        return Scope.of_system("citizen")
    if user_id not in cast.scopes:
        cast.scopes[user_id] = scope_of(cast.session.get_one(User, user_id))
    return cast.scopes[user_id]
