"""Ten ways to read or write what somebody else's unit owns. `/careless/<trick>`; each shows what it got."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy import func, insert, select, text, update

from core import Scope, db, signed_in
from core.data.scope import enter_scope

from .models import Page, Paper

pages = Blueprint("careless", __name__, url_prefix="/careless")
OTHERS = 2
"""Id of the paper that the person does not see."""


def all_by_text():
    return db.session.execute(text("SELECT title FROM careless_paper")).all()


def change_by_text():
    db.session.execute(text("UPDATE careless_paper SET title = 'taken'"))
    db.session.commit()


def all_by_core():
    return db.session.execute(select(Paper.__table__)).all()


def change_by_core():
    db.session.execute(update(Paper.__table__).values(title="taken"))
    db.session.commit()


def all_from_a_statement():
    return [
        paper.title
        for paper in db.session.scalars(select(Paper).from_statement(text("SELECT * FROM careless_paper")))
    ]


def by_raw_connection():
    return db.session.connection().exec_driver_sql("SELECT title FROM careless_paper").all()


def change_in_bulk():
    db.session.bulk_update_mappings(Paper, [{"id": OTHERS, "title": "taken"}])
    db.session.commit()


def change_by_keys():
    db.session.execute(update(Paper), [{"id": OTHERS, "title": "taken"}])
    db.session.commit()


def write_into_another_unit():
    db.session.execute(insert(Paper).values(title="planted", unit_id=1, confidentiality=0))
    db.session.commit()


def hang_on_a_hidden_paper():
    db.session.add(Page(paper_id=OTHERS, text="planted"))
    db.session.commit()


def change_of_scope():
    enter_scope(db.session(), Scope.of_system())
    return [paper.title for paper in db.session.scalars(select(Paper))]


def count_all():
    return db.session.scalar(select(func.count()).select_from(Paper.__table__))


TRICKS = (
    all_by_text, change_by_text, all_by_core, change_by_core, all_from_a_statement, by_raw_connection,
    change_in_bulk, change_by_keys, write_into_another_unit, hang_on_a_hidden_paper, change_of_scope, count_all,
)  # fmt: skip


@pages.get("/")
@signed_in
def honest():
    """What the person may see: the control."""
    return " ".join(paper.title for paper in db.session.scalars(select(Paper)))


def page_of(trick):
    def page():
        return str(trick())

    return signed_in(page)


for found in TRICKS:
    pages.add_url_rule(f"/{found.__name__}", found.__name__, page_of(found), methods=["GET", "POST"])
