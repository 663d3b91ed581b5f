"""The clocks of complaints that were there before.

What began and what was answered is entered as events; the rows to list by are marked stale, and the next
renewal of the clocks works them out.
"""

import sqlalchemy as sa
from alembic import op

from core import UtcDateTime

revision = "complaints_0003"
down_revision = "complaints_0002"

MODEL, CLOCK = "complaints.complaint", "overall"
moment = UtcDateTime(timezone=True)
complaint = sa.table(
    "complaints_complaint",
    sa.column("id"),
    sa.column("state"),
    sa.column("category_id"),
    sa.column("received_at", moment),
    sa.column("answered_at", moment),
)
category = sa.table("core_category", sa.column("id"), sa.column("hours"), sa.column("working_days"))
event = sa.table(
    "core_clock_event",
    *(sa.column(name) for name in ("model", "record_id", "clock", "kind", "promise", "cause")),
    sa.column("at", moment),
    sa.column("recorded_at", moment),
)
clock = sa.table(
    "core_clock",
    *(sa.column(name) for name in ("model", "record_id", "clock", "promise", "calendar")),
    sa.column("started_at", moment),
    sa.column("stopped_at", moment),
)
SETTLED = ("answered", "closed")
promise = sa.case(
    (category.c.hours > 0, sa.cast(category.c.hours, sa.String) + "h"),
    (category.c.working_days > 0, sa.cast(category.c.working_days, sa.String) + "d"),
)


def upgrade() -> None:
    settled = complaint.c.state.in_(SETTLED)
    known = sa.and_(complaint.c.state != "draft", sa.or_(~settled, complaint.c.answered_at.is_not(None)))
    own = (sa.literal(MODEL), complaint.c.id, sa.literal(CLOCK))
    joined = complaint.join(category, category.c.id == complaint.c.category_id)
    ended = sa.case((complaint.c.answered_at < complaint.c.received_at, complaint.c.received_at),
                    else_=complaint.c.answered_at)  # fmt: skip
    names = ["model", "record_id", "clock", "kind", "promise", "cause", "at", "recorded_at"]
    told = (sa.literal("upgraded"), complaint.c.received_at, sa.func.current_timestamp())
    begun = sa.select(*own, sa.literal("start"), promise, *told).select_from(joined).where(known)
    op.execute(sa.insert(event).from_select(names, begun))
    told = (sa.literal("upgraded"), ended, sa.func.current_timestamp())
    over = sa.select(*own, sa.literal("stop"), sa.null(), *told).where(settled, known)
    op.execute(sa.insert(event).from_select(names, over))
    names = ["model", "record_id", "clock", "promise", "calendar", "started_at", "stopped_at"]
    stop = sa.case((settled, ended))
    shown = sa.select(*own, promise, sa.literal(""), complaint.c.received_at, stop)
    op.execute(sa.insert(clock).from_select(names, shown.select_from(joined).where(known)))


def downgrade() -> None:
    """The events stay: they are never deleted."""
    op.execute(sa.delete(clock).where(clock.c.model == MODEL))
