"""Which body is competent for a complaint: what its category names, and who serves its place."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from core import Unit, db
from core.people.units import competent_units
from plugins.complaints.models import Complaint

MOST = 5


@dataclass(frozen=True)
class Suggestion:
    """Bodies, the most likely first; why the first, in a sentence; whether it is `sure` enough to preset."""

    units: list[Unit]
    reason: str
    sure: bool


def suggest(complaint: Complaint) -> Suggestion | None:
    """What the category's body codes lead to; None where no body here carries one of them.

    Of bodies of one code only those that serve the place, where any does. The top of the tree is no body.
    """
    found: dict[Unit, bool] = {}
    for code in complaint.category.body_codes:
        found = found | _of(code, complaint)
    if not found:
        return None
    first, serving = next(iter(found.items()))
    names = {"body": first.name, "category": complaint.category.name}
    if serving:
        place = complaint.place.name if complaint.place else ""
        reason = _("%(body)s is competent for “%(category)s” and serves %(place)s.", place=place, **names)
    else:
        reason = _("%(body)s is competent for “%(category)s”.", **names)
    return Suggestion(list(found)[:MOST], reason, serving or len(found) == 1)


def _of(code: str, complaint: Complaint) -> dict[Unit, bool]:
    known = competent_units(db.session(), code, complaint.place)
    bodies = {unit: serves for unit, serves in known.items() if unit.parent_id is not None}
    return {unit: True for unit, serves in bodies.items() if serves} or bodies
