"""The Kaplan-Meier estimate again, slowly: case by case, in exact fractions, from the definition."""

from fractions import Fraction


def slow_left(waits, at):
    """The share that waits longer than `at`; `waits` are (value, whether it ended), one a case."""
    left = Fraction(1)
    for day in sorted({value for value, ended in waits if ended and value <= at}):
        at_risk = [value for value, _ in waits if value >= day]
        ended_now = [value for value, ended in waits if ended and value == day]
        left *= 1 - Fraction(len(ended_now), len(at_risk))
    return left


def slow_within(waits, share):
    """The least value at which no more than the rest of `share` is left; None if there is none."""
    days = sorted({value for value, ended in waits if ended})
    return next((day for day in days if slow_left(waits, day) <= 1 - share), None)
