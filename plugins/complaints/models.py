"""The tables of the complaint desk: the complaint, who complains, and to whom it was referred."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, cast
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    Text,
    UniqueConstraint,
    and_,
    case,
    false,
    inspect,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, aliased, column_property, mapped_column, relationship

from core import Category, Place, Scope, Scoped, ScopedByParent, Searchable, Series, Unit, Versioned, db, now
from core.data.visibility import criteria
from core.people.person import PersonColumns
from core.people.tree import below
from core.work.clocks.listing import due_column
from plugins.complaints.codes import COUNTER, DRAFT

LONGEST_SUBJECT, LONGEST_BODY = 200, 4000
MODEL, OVERALL = "complaints.complaint", "overall"
"""The label of complaints, and their clock: from receipt to the answer."""
SENT, ACKNOWLEDGED, ANSWERED = "sent", "acknowledged", "answered"
WAITING = (SENT, ACKNOWLEDGED)
"""A referral that the body has still to answer."""
ANSWERING = ("FOC", "HED")
"""Roles that answer for a body."""


def addressed_to(unit: Any, scope: Scope, roles: Collection[str] | None = None) -> ColumnElement[bool]:
    """Whether the column `unit` names one of the actor's own units; reach over the whole does not count.

    With `roles`, one in which the actor holds such a role.
    """
    ids, paths = (scope.unit_ids, scope.unit_paths) if roles is None else scope.reach_of(roles)
    units = db.metadata.tables["core_unit"].alias()
    branches = [unit.in_(select(units.c.id).where(below(units.c, path))) for path in paths]
    return or_(false(), unit.in_(ids), *branches)


def addressed_here(scope: Scope) -> list[ColumnElement[bool]]:
    """The condition of one's own list of referrals: those to the bodies that one answers for.

    Who answers for none and sees the whole governorate sees every body's.
    """
    answers = not scope.roles.isdisjoint(ANSWERING)
    if scope.whole and not answers:
        return []
    return [addressed_to(Referral.unit_id, scope, ANSWERING if answers else None)]


class Complaint(Scoped, Searchable, Versioned, db.Model):
    """A complaint. `unit_id` is the desk that registered it, `body_id` the body it is with.

    `source` and `source_ref` are the sender's name and number where another system sent it.
    `tracking_hash` is the keyed hash of the citizen's secret, which is stored nowhere; `sent_hash` that of
    what another system sent, to tell the same sent again from something else.
    `outcome` and `reply` are what the citizen was told: filled when the reply is approved;
    `notified_at` is the proven sending of that message. `latitude` and `longitude` (WGS 84 degrees,
    both or none) are where somebody pointed to.
    """

    __tablename__ = "complaints_complaint"
    __number__ = Series("complaint", dated="received_at")
    __search__ = ("number", "source_ref", "subject", "body", "address")
    __personal__ = ("subject", "body", "address", "reply", "latitude", "longitude")
    __published__ = (
        "id", "uuid", "received_at", "state", "outcome", "answered_at", "closed_at", "category_id",
        "place_id", "body_id", "latitude", "longitude", "due_at",
    )  # fmt: skip
    """A point is shown coarsely: see `plugins.complaints.open311.requests`."""
    __table_args__ = (
        UniqueConstraint("source", "source_ref"),
        Index(None, "received_at", "id"),
        Index(None, "unit_id", "state", "received_at", "id"),
        Index(None, "state", "received_at", "id"),
        Index(None, "category_id", "received_at", "id"),
        Index(None, "body_id", "state", "received_at", "id"),
        Index(None, "place_id", "received_at", "id"),
        Index(None, "answered_at", "id"),
        Index(None, "created_by_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    uuid: Mapped[str] = mapped_column(String(32), unique=True, default=lambda: uuid4().hex)
    received_at: Mapped[datetime] = mapped_column(default=now)
    channel: Mapped[str] = mapped_column(String(20), default=COUNTER)
    kind: Mapped[str | None] = mapped_column(String(20))
    applicant_kind: Mapped[str | None] = mapped_column(String(20))
    category_id: Mapped[int] = mapped_column(ForeignKey("core_category.id"))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("core_place.id"))
    address: Mapped[str | None] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(LONGEST_SUBJECT))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    body_id: Mapped[int | None] = mapped_column(ForeignKey("core_unit.id"))
    outcome: Mapped[str | None] = mapped_column(String(20))
    reply: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(String(40))
    source_ref: Mapped[str | None] = mapped_column(String(80))
    tracking_hash: Mapped[str | None] = mapped_column(String(64))
    sent_hash: Mapped[str | None] = mapped_column(String(64))
    answered_at: Mapped[datetime | None]
    notified_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    due_at: Mapped[datetime | None] = column_property(due_column(MODEL, OVERALL, id), deferred=True)  # noqa: A003
    new_secret = cast("str | None", None)
    """A secret made in this request, for the receipt and the message; never stored."""
    new_applicant = cast("Applicant | None", None)
    """Who is being registered in this request, also where the actor may not read the stored row."""

    category: Mapped[Category] = relationship()
    place: Mapped[Place | None] = relationship()
    unit: Mapped[Unit] = relationship(foreign_keys="Complaint.unit_id")
    with_body: Mapped[Unit | None] = relationship(foreign_keys=body_id)
    applicants: Mapped[list[Applicant]] = relationship(back_populates="complaint", order_by="Applicant.id")
    referrals: Mapped[list[Referral]] = relationship(back_populates="complaint", order_by="Referral.id")

    @property
    def applicant(self) -> Applicant | None:
        """Who complains, the first of several; nobody where history names none or the actor may not see."""
        return self.new_applicant or (self.applicants[0] if self.applicants else None)

    @classmethod
    def also_visible(cls, scope: Scope) -> ColumnElement[bool] | None:
        """A body sees what was referred to it, and who registered a complaint goes on seeing it."""
        return or_(cls.id.in_(_referred_to(scope)), *_by_author(cls, scope))

    @classmethod
    def published(cls) -> ColumnElement[bool]:
        """What was received and is of a subject that may stand in open lists."""
        return and_(cls.state != DRAFT, cls.category_id.in_(Category.ids_listed()))

    @classmethod
    def may_open_confidential(cls, scope: Scope) -> ColumnElement[bool] | None:
        """Focal point and head of a body that it was referred to, and the author: without the applicant."""
        return or_(cls.id.in_(_referred_to(scope, ANSWERING)), *_by_author(cls, scope))


class Applicant(PersonColumns, ScopedByParent, db.Model):
    """Who complains. `contact_refused` is why there is neither telephone nor e-mail."""

    __tablename__ = "complaints_applicant"
    __parent__ = "complaint"
    __identities__ = True
    __personal__ = (*PersonColumns.__personal__, "contact_refused")

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints_complaint.id"), index=True)
    contact_refused: Mapped[str | None] = mapped_column(String(200))
    complaint: Mapped[Complaint] = relationship(back_populates="applicants")


class Referral(Scoped, db.Model):
    """A complaint given to a body, `unit_id`, to answer by `due_on`; numbered in that body's register.

    `outcome` and `answer` are the body's own words, before review. `state` follows from the dates,
    so that the two cannot contradict each other.
    """

    __tablename__ = "complaints_referral"
    __number__ = Series("referral", per="unit", format="{unit}/{year}/{n:04d}")
    __personal__ = ("note", "answer")
    __table_args__ = (Index(None, "unit_id", "sent_at", "id"), Index(None, "complaint_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(80), unique=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints_complaint.id"))
    from_unit_id: Mapped[int] = mapped_column(ForeignKey("core_unit.id"))
    sent_at: Mapped[datetime] = mapped_column(default=now)
    due_on: Mapped[date]
    note: Mapped[str | None] = mapped_column(String(1000))
    acknowledged_at: Mapped[datetime | None] = mapped_column()
    answered_at: Mapped[datetime | None] = mapped_column()
    outcome: Mapped[str | None] = mapped_column(String(20))
    answer: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = column_property(
        case((answered_at.is_not(None), ANSWERED), (acknowledged_at.is_not(None), ACKNOWLEDGED), else_=SENT)
    )

    complaint: Mapped[Complaint] = relationship(back_populates="referrals")
    unit: Mapped[Unit] = relationship(foreign_keys="Referral.unit_id")

    @classmethod
    def also_visible(cls, scope: Scope) -> ColumnElement[bool] | None:
        """Who sees the complaint sees where it was sent."""
        parent = aliased(Complaint)
        ids = inspect(parent).selectable.c.id
        return cls.complaint_id.in_(select(ids).where(criteria(parent, scope)))

    @classmethod
    def may_open_confidential(cls, scope: Scope) -> ColumnElement[bool] | None:
        """The same, by the complaint's own rule."""
        return cls.also_visible(scope)


def _referred_to(scope: Scope, roles: Collection[str] | None = None) -> Select[tuple[int]]:
    """Ids of the complaints referred to units of the actor; with `roles`, where one of these is held."""
    referral = Referral.__table__.alias()
    mine = addressed_to(referral.c.unit_id, scope, roles)
    allowed = roles is None or bool(scope.roles & set(roles))
    return select(referral.c.complaint_id).where(mine if allowed else false())


def _by_author(cls: Any, scope: Scope) -> list[ColumnElement[bool]]:
    return [] if scope.actor_id is None else [cls.created_by_id == scope.actor_id]
