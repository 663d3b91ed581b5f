"""What the doctor's checks find."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Something amiss: `where` it is (a governorate's code, or the part of the installation), and what.

    `grave` findings make the command fail; the others are advice.
    """

    where: str
    what: str
    grave: bool = True
