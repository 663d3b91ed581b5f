"""`Duration`: how long cases took, with those that are still open. It cannot be written without them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask_babel import gettext as _
from flask_babel import ngettext

from core.figures.figure import Figure
from core.figures.survival import Curve

MEDIAN, MOST = 0.5, 0.9


@dataclass(frozen=True)
class Duration(Figure):
    """Of `denominator` cases `numerator` ended; `curve` has their waits, and those of the rest, in days.

    The mean of what ended would flatter whoever leaves the hard cases open: here these count as long as they
    have waited. A median that the curve does not reach is None and told in words, never as a number.
    """

    curve: Curve

    @property
    def median(self) -> int | None:
        """Begun days within which half of the cases ended."""
        return self.curve.within(MEDIAN)

    @property
    def p90(self) -> int | None:
        """Begun days within which nine tenths ended."""
        return self.curve.within(MOST)

    def __add__(self, other: Figure) -> Duration:
        """Both together; of one source in one period."""
        if not isinstance(other, Duration):
            raise ValueError("a duration and a share do not add up")
        counted = Figure.__add__(self, other)
        return replace(self, numerator=counted.numerator, denominator=counted.denominator,
                       curve=self.curve + other.curve)  # fmt: skip

    def __str__(self) -> str:
        return _(
            "half within: %(median)s; nine tenths within: %(p90)s; ended %(numerator)s of %(denominator)s,"
            " open %(rest)s; %(known)s",
            median=days(self.median),
            p90=days(self.p90),
            numerator=f"{self.numerator:,}",
            denominator=f"{self.denominator:,}",
            rest=f"{self.denominator - self.numerator:,}",
            known=self.known,
        )


def days(count: int | None) -> str:
    """ "1 day", "12 days"; "not reached" for None."""
    if count is None:
        return _("not reached")
    return ngettext("%(number)s day", "%(number)s days", count, number=f"{count:,}")
