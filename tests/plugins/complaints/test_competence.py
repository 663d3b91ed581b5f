"""Referring: the competent body is proposed with a reason, and another may be chosen."""

import re

import pytest
from sqlalchemy import select

from core.people.categories import Category
from core.people.places import Place
from core.people.units import Unit


@pytest.fixture
def page(desk):
    """The examiner's form for referring a water complaint from the village."""

    def opened(**changes):
        key = desk.register(place_id=str(desk.places["VILLAGE"]), **changes).id
        desk.move("examiner", key, "examine")
        return (
            desk.staff("examiner").get(f"/admin/complaints/complaint/{key}/do/refer").get_data(as_text=True)
        )

    return opened


def suggested(page):
    """(names in the first group, the one chosen)."""
    group = re.search(r'(?s)<optgroup label="Suggested">(.*?)</optgroup>', page)
    names = re.findall(r"<option[^>]*>(.*?)</option>", group[1]) if group else []
    chosen = re.search(r"<option[^>]* selected>(.*?)</option>", page)
    return names, chosen[1].strip() if chosen else None


def test_the_only_competent_body_is_chosen_and_stands_once(page):
    html = page()
    assert suggested(html) == (["WCO"], "WCO")
    assert "Suggested: WCO is competent for" in html
    assert html.count(">WCO</option>") == 1


def test_among_bodies_of_one_kind_the_one_that_serves_the_place_is_chosen(desk, page):
    with desk.session(write=True) as session:
        for code, area in (("LCU-QIFT", "QIFT"), ("LCU-QUS", "QUS")):
            unit = session.scalar(select(Unit).where(Unit.code == code))
            unit = unit or Unit(code=code, kind="markaz", name_ar=code, name_en=code)
            unit.parent = session.scalar(select(Unit).where(Unit.code == "DIWAN"))
            unit.category_body, unit.areas = "LCU", [session.scalar(select(Place).where(Place.code == area))]
            session.add(unit)
        session.scalar(select(Category).where(Category.code == "UTL-WAT-LEK")).bodies = "LCU;WCO"
        session.commit()
    html = page()
    assert suggested(html) == (["Qus", "WCO"], "Qus")
    assert "and serves " in html


def test_where_none_serves_the_place_all_are_offered_and_none_is_chosen(desk, page):
    with desk.session(write=True) as session:
        for code in ("TCC", "ELE"):
            session.scalar(select(Unit).where(Unit.code == code)).category_body = "TCC"
        session.scalar(select(Category).where(Category.code == "UTL-WAT-LEK")).bodies = "TCC"
        session.commit()
    assert suggested(page()) == (["TCC", "ELE"], None)


def test_without_a_competent_body_nothing_is_suggested(desk, page):
    with desk.session(write=True) as session:
        session.scalar(select(Category).where(Category.code == "UTL-WAT-LEK")).bodies = "NOBODY"
        session.commit()
    assert suggested(page()) == ([], None)


def test_another_body_may_be_chosen_and_stays_chosen_when_something_is_wrong(desk, page):
    page()
    wrong = desk.move("examiner", 1, "refer", unit_id=desk.units["ELE"], due_on="2000-01-01")
    assert wrong.status_code == 422
    assert suggested(wrong.get_data(as_text=True)) == (["WCO"], "ELE")
    sent = desk.move("examiner", 1, "refer", unit_id=desk.units["ELE"], due_on="2099-01-01")
    assert sent.status_code == 302
