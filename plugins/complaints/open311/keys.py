"""The door's name, and the published key of demonstrations."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core import Governorate
from core.people.machine_keys import issue
from core.people.units import root_unit

DOOR = "open311"
"""What a key must be issued for."""
DEMO = "demo"


def issue_demo_key(session: Session, governorate: Governorate) -> None:
    """The key `demo`, which opens demonstration data only; the caller commits."""
    issue(session, DEMO, DOOR, root_unit(session, governorate), demo=DEMO)
