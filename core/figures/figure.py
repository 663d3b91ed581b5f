"""`Figure`: a number with everything that it needs to be understood. It cannot be written without."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from markupsafe import Markup, escape

from core.figures.interval import wilson
from core.figures.period import Period

if TYPE_CHECKING:
    from core.figures.source import FigureSource

RATIO, FLOW, DURATION = "ratio", "flow", "duration"


@dataclass(frozen=True)
class Figure:
    """`numerator` of `denominator` cases of a source in a period, as known at the period's cut-off.

    As text, formatted, or in a page it is always the whole sentence: there is no bare percentage to be
    had. For computing there is `share`, an exact fraction. Nobody's cases are no 0 %: then it is None.
    """

    source: FigureSource
    period: Period
    numerator: int
    denominator: int

    @property
    def share(self) -> Fraction | None:
        """Numerator over denominator, exactly; None without cases."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Ends of the Wilson 95 % interval; None without cases, and for what is no share of its cases."""
        if self.source.kind != RATIO or not self.denominator:
            return None
        return wilson(self.numerator, self.denominator)

    @property
    def rest(self) -> int | None:
        """Cases that do not count for the numerator; None for a flow, whose counts are of other records."""
        return None if self.source.kind == FLOW else self.denominator - self.numerator

    def __add__(self, other: Figure) -> Figure:
        """Both together; of one source in one period."""
        if (self.source, self.period) != (other.source, other.period):
            raise ValueError("only counts of one source in one period add up")
        return replace(
            self,
            numerator=self.numerator + other.numerator,
            denominator=self.denominator + other.denominator,
        )

    def __str__(self) -> str:
        return _(
            "%(percent)s: %(numerator)s of %(denominator)s, %(known)s",
            percent=percent(self.share),
            numerator=f"{self.numerator:,}",
            denominator=f"{self.denominator:,}",
            known=self.known,
        )

    @property
    def known(self) -> str:
        """What every figure says of itself: its period, its cut-off and its definition."""
        return _(
            "%(first)s to %(last)s, as at %(until)s (%(key)s, version %(version)s)",
            first=self.period.first.isoformat(),
            last=self.period.last.isoformat(),
            until=self.period.until.astimezone(self.period.zone).isoformat(" ", "minutes"),
            key=self.source.key,
            version=self.source.version,
        )

    def __format__(self, spec: str) -> str:
        if spec:
            raise TypeError("a figure is written whole: it takes no format")
        return str(self)

    def __html__(self) -> Markup:
        return escape(str(self))


def percent(share: Fraction | float | None) -> str:
    """ "99.08 %", two places; 100.00 and 0.00 only for all and none, however near the share comes."""
    if share is None:
        return _("no cases")
    exact = Fraction(share) * 100
    value = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    if exact and not value:
        value = Decimal("0.01")
    if exact < 100 <= value:
        value = Decimal("99.99")
    return f"{value} %"
