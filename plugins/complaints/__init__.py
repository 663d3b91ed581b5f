"""The complaint desk: from the counter or the citizen's telephone to the body, the reviewer and back.

Models, workflow and rights are data in the files beside this one; here is only what is offered to the host.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from core import FigureSource, Governorate, RoleSpec, Scope, Workflow, hookimpl
from core.exchange import ImportSpec
from plugins.complaints import models

FOLDER = Path(__file__).parent


@hookimpl
def diwan_models() -> list[type[Any]]:
    """The complaint, who complains, and its referrals."""
    return [models.Complaint, models.Applicant, models.Referral]


@hookimpl
def diwan_roles() -> list[RoleSpec]:
    """The desk's roles; the codes are those of the domain reference (2.1)."""
    return [
        RoleSpec("CLK", "موظف الشباك", "Counter clerk", reach="unit"),
        RoleSpec("EXM", "الفاحص", "Examiner", reach="all"),
        RoleSpec("OFF", "مسؤول منظومة الشكاوى", "Complaints officer", reach="all", confidential=True),
        RoleSpec("FOC", "منسق الجهة", "Focal point of a body", reach="subtree"),
        RoleSpec("HED", "رئيس الجهة", "Head of a body", reach="subtree"),
        RoleSpec(
            "LOC", "رئيس وحدة محلية (اطلاع على نطاقها)", "Local head (reads the whole area)", reach="area"
        ),
        RoleSpec("REV", "مراجع الردود", "Reviewer of replies", reach="all"),
        RoleSpec(
            "DIR", "مدير إدارة خدمة المواطنين", "Director of citizen service", reach="all", confidential=True
        ),
    ]


@hookimpl
def diwan_workflows() -> list[Workflow]:
    """From draft to closed."""
    from plugins.complaints.workflow import COMPLAINT

    return [COMPLAINT]


@hookimpl
def diwan_views() -> list[type[Any]]:
    """The register, a body's own list, and the figures."""
    from plugins.complaints.views import ComplaintFigures, ComplaintView, ReferralView

    return [ComplaintView, ReferralView, ComplaintFigures]


@hookimpl
def diwan_blueprints() -> list[Blueprint]:
    """Citizens' pages, and the interface for other systems."""
    from plugins.complaints.open311.doors import doors
    from plugins.complaints.public import pages

    return [pages, doors]


@hookimpl
def diwan_imports() -> list[ImportSpec]:
    """Registers of earlier systems."""
    from plugins.complaints.imports import COMPLAINT

    return [COMPLAINT]


@hookimpl
def diwan_figure_sources() -> list[FigureSource]:
    """Completion, by the definitions that the numbers are published under."""
    from plugins.complaints.figures import SOURCES

    return list(SOURCES)


@hookimpl
def diwan_tiles(scope: Scope) -> list[Any]:
    """What waits for this person."""
    from plugins.complaints.tiles import tiles

    return tiles(scope)


@hookimpl
def diwan_message_sent(message: Any) -> None:
    """The citizen was provably told."""
    from plugins.complaints.letters import note_told

    note_told(message)


@hookimpl
def diwan_installed(session: Session) -> None:
    """The tree of subjects."""
    from core import Category
    from core.people.seeds import load_tree

    load_tree(session, Category, FOLDER / "seed/categories.csv", list="complaints")


@hookimpl
def diwan_demo(session: Session, governorate: Governorate) -> None:
    """A year of invented complaints, and a published key for trying Open311."""
    from plugins.complaints.demo_year import write_year
    from plugins.complaints.open311.keys import issue_demo_key

    write_year(session, governorate)
    issue_demo_key(session, governorate)
