"""The demonstration year."""

from datetime import UTC, datetime

from sqlalchemy import func, select

from core.data.time import freeze
from core.governorates.present import present
from core.people.demo import load_people
from plugins.complaints.demo_year import write_year
from plugins.complaints.models import Complaint, Referral

WEDNESDAY = datetime(2026, 11, 18, 11, tzinfo=UTC)


def test_the_year_is_plausible(ground, backend):
    with ground.governorate("EG-KN", backend=backend, modules=("complaints",)) as code:
        with ground.session(code) as session:
            load_people(session, code)
            session.commit()
        with ground.session(code) as session, freeze(WEDNESDAY):
            write_year(session, present())
            session.commit()
        with ground.session(code) as session:
            counted = select(Complaint.state, func.count(Complaint.id)).group_by(Complaint.state)
            states = dict(list(session.execute(counted)))
            assert sum(states.values()) == 800
            assert {
                "registered",
                "examining",
                "referred",
                "in_action",
                "reply_review",
                "answered",
                "closed",
            } <= states.keys()
            assert "draft" not in states
            assert session.scalar(select(func.count(Referral.id))) > 40
            late = select(Complaint.id).where(Complaint.answered_at < Complaint.received_at)
            assert session.scalars(late).all() == []
