"""How far chance alone moves a share of so many cases."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

LEVEL = 0.95


def wilson(successes: int, cases: int, level: float = LEVEL) -> tuple[float, float]:
    """Lower and upper end, 0 to 1, of the Wilson score interval of `successes` out of `cases` (1 or more).

    Wilson 1927; Newcombe 1998, method 3. It stays within 0 and 1 and is sound for few cases and for
    shares near 1, where the textbook interval is not.
    """
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share, spread = successes / cases, z * z / cases
    centre = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / cases + spread / (4 * cases)) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)
