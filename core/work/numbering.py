"""Numbers without gap or duplicate, one series per governorate or per unit, new each year.

A counter row is raised in the transaction that uses its number: who rolls back gives it back, and
a second writer waits for the first. That wait is the price of having no gap.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import String, event, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.data import guard  # noqa: F401  (its listener runs first and fills the unit)
from core.data.base import db
from core.data.session import GovernorateSession
from core.data.time import now
from core.data.visibility import Shared
from core.governorates.present import present

WHOLE = 0
"""Stands in the counter's key for "no unit" and "no year": NULLs would not collide."""


@dataclass(frozen=True)
class Series:
    """How a model is numbered: `__number__ = Series("complaint")`, with a column `number` to fill.

    `format` may use {n}, {year} and, per unit, {unit} (the unit's code). The year is that of the
    governorate's own calendar day at `now()`, or of the attribute named by `dated` (the day a
    letter came, not the day it was typed).
    """

    name: str
    per: Literal["governorate", "unit"] = "governorate"
    reset: Literal["year", "never"] = "year"
    format: str = "{year}/{n:06d}"
    dated: str | None = None

    def __post_init__(self) -> None:
        if self.text(2026, 1, "U") == self.text(2026, 2, "U"):
            raise ValueError(f"the format of series {self.name} never uses {{n}}")
        if self.reset == "year" and self.text(2026, 1, "U") == self.text(2027, 1, "U"):
            raise ValueError(f"series {self.name} begins anew each year, so its format needs {{year}}")

    def text(self, year: int, n: int, unit: str = "") -> str:
        """The n-th number of `year` as people write it."""
        return self.format.format(year=year, n=n, unit=unit)


class Number(Shared, db.Model):
    """The last number given of a series in a unit and year."""

    __tablename__ = "core_number"
    __audited__ = False

    series: Mapped[str] = mapped_column(String(40), primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


def take_numbers(session: Session, series: str, unit_id: int, year: int, count: int = 1) -> range:
    """The next `count` numbers; the counter stays locked until the transaction ends."""
    table: Any = Number.__table__
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    first = dialect.insert(table).values(series=series, unit_id=unit_id, year=year, last=count)
    raised = first.on_conflict_do_update(
        index_elements=["series", "unit_id", "year"], set_={"last": table.c.last + count}
    )
    last: int = session.execute(raised.returning(table.c.last)).scalar_one()
    return range(last - count + 1, last + 1)


@event.listens_for(GovernorateSession, "before_flush")
def number_new_rows(session: Session, context: Any, instances: Any) -> None:
    """Fill `number` of new rows that have none; counters in one order, so that writers cannot deadlock."""
    waiting: dict[tuple[str, int, int], list[Any]] = defaultdict(list)
    for row in session.new:
        if getattr(row, "__number__", None) is not None and row.number is None:
            waiting[_counter(row)].append(row)
    for counter in sorted(waiting):
        rows = sorted(waiting[counter], key=lambda row: inspect(row).insert_order)
        unit = _unit_code(session, counter[1])
        for row, n in zip(rows, take_numbers(session, *counter, len(rows)), strict=True):
            row.number = row.__number__.text(_year(row), n, unit)


def _counter(row: Any) -> tuple[str, int, int]:
    series: Series = row.__number__
    unit_id = row.unit_id or row.unit.id if series.per == "unit" else WHOLE
    return series.name, unit_id, _year(row) if series.reset == "year" else WHOLE


def _year(row: Any) -> int:
    dated = row.__number__.dated
    day: date = (getattr(row, dated) if dated else None) or now()
    return present().local(day).year if isinstance(day, datetime) else day.year


def _unit_code(session: Session, unit_id: int) -> str:
    if unit_id == WHOLE:
        return ""
    units = db.metadata.tables["core_unit"]
    return session.execute(select(units.c.code).where(units.c.id == unit_id)).scalar_one()
