"""How long things take, where some are not over yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from core.figures.interval import LEVEL

FEWEST = 6
"""Ended cases below which no interval is told: even the least and greatest of five waits miss the median
more often than one time in twenty (2 * 0.5 ** 5)."""
_SLACK = 1e-9
"""A share of exactly a half is reached, whatever its last binary place says."""


@dataclass(frozen=True)
class Curve:
    """The Kaplan-Meier curve of waits: (value, ended, open) for each distinct value, rising.

    Kaplan & Meier 1958. An open case waited at least its value: it is counted among those at risk as long as
    it was seen and then leaves the count, neither as ended nor as endless.
    """

    points: tuple[tuple[int, int, int], ...]

    @classmethod
    def of(cls, points: Iterable[tuple[int, int, int]]) -> Curve:
        """From counts by value in any order; a value may come more than once."""
        counts: dict[int, tuple[int, int]] = {}
        for value, ended, still in points:
            before = counts.get(value, (0, 0))
            counts[value] = (before[0] + ended, before[1] + still)
        return cls(tuple((value, *counts[value]) for value in sorted(counts)))

    def __add__(self, other: Curve) -> Curve:
        """Both groups as one."""
        return Curve.of((*self.points, *other.points))

    def steps(self) -> Iterator[tuple[int, float, float]]:
        """(value, share that waits longer, its standard error by Greenwood 1926) where somebody ended."""
        at_risk = sum(ended + still for _, ended, still in self.points)
        left, variance = 1.0, 0.0
        for value, ended, still in self.points:
            if ended:
                left *= 1 - ended / at_risk
                variance += ended / (at_risk * (at_risk - ended)) if at_risk > ended else 0.0
                yield value, left, left * sqrt(variance)
            at_risk -= ended + still

    def within(self, share: float) -> int | None:
        """The least value within which `share` (0 to 1) of all have ended; None where that is not reached."""
        return next((value for value, left, _ in self.steps() if left <= 1 - share + _SLACK), None)

    def median_interval(self, level: float = LEVEL) -> tuple[int, int | None] | None:
        """Ends of the interval for the median by Brookmeyer & Crowley 1982; the upper may not be reached.

        None with fewer than FEWEST ended cases, or where the lower end is not reached either.
        """
        if sum(ended for _, ended, _ in self.points) < FEWEST:
            return None
        z, steps = NormalDist().inv_cdf(0.5 + level / 2), list(self.steps())
        low = next((value for value, left, error in steps if left - z * error <= 0.5 + _SLACK), None)
        high = next((value for value, left, error in steps if left + z * error <= 0.5 + _SLACK), None)
        return None if low is None else (low, high)
