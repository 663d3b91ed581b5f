"""Categories, places and units come from lists that offices and Open311 servers already have."""

from sqlalchemy import select

from core.data.scope import Scope
from core.exchange.importing import Import
from core.exchange.reading import Line, Table
from core.exchange.reference import imports
from core.people.categories import Category
from core.people.places import Place
from core.people.units import Unit


def bring(ground, code, label, *rows, **options):
    spec = next(spec for spec in imports() if spec.label == label)
    headings = tuple(dict.fromkeys(name for row in rows for name in row))
    with ground.session(code, Scope.of_system("import")):
        return Import(
            spec, Table(headings, [Line(n, row) for n, row in enumerate(rows, 2)]), "f", **options
        ).run()


def test_open311_services_become_categories_of_one_list(ground, governorate):
    service = {"service_code": "006", "service_name": "Sidewalk and Curb Issues", "keywords": "street"}
    report = bring(ground, governorate, "core.category", service)
    assert (report.imported, report.ignored) == (1, ("keywords",))
    with ground.session(governorate) as session:
        category = session.scalars(select(Category)).one()
        assert (category.list, category.code, category.name_ar, category.name_en) == (
            "complaints",
            "006",
            "Sidewalk and Curb Issues",
            "Sidewalk and Curb Issues",
        )


def test_one_code_may_stand_in_two_lists_but_not_twice_in_one(ground, governorate):
    row = {"code": "A", "name_ar": "مياه"}
    assert bring(ground, governorate, "core.category", row).imported == 1
    assert bring(ground, governorate, "core.category", row, fixed={"list": "services"}).imported == 1
    assert bring(ground, governorate, "core.category", row).imported == 0


def test_a_tree_is_built_from_parents_codes(ground, governorate):
    report = bring(
        ground,
        governorate,
        "core.place",
        {"الرمز": "QENA", "يتبع": "", "النوع": "governorate", "الاسم": "محافظة قنا"},
        {"الرمز": "QUS", "يتبع": "QENA", "النوع": "markaz", "الاسم": "مركز قوص"},
        {"الرمز": "LOST", "يتبع": "NOWHERE", "النوع": "village", "الاسم": "قرية"},
    )
    assert report.imported == 2
    assert [reject.reason["en"] for reject in report.rejects] == ["There is no “NOWHERE” to put it under."]
    assert (
        bring(
            ground,
            governorate,
            "core.place",
            {"code": "V", "parent": "QUS", "kind": "village", "name_ar": "ق"},
        ).imported
        == 1
    )
    with ground.session(governorate) as session:
        places = {place.code: place for place in session.scalars(select(Place))}
        assert places["QENA"].contains(places["V"])
        assert len(places["V"].ancestor_ids) == 3


def test_a_child_of_a_refused_row_is_refused_with_it(ground, governorate):
    report = bring(
        ground,
        governorate,
        "core.unit",
        {"code": "A", "parent": "", "kind": "circus", "name_ar": "سيرك"},
        {"code": "B", "parent": "A", "kind": "diwan", "name_ar": "ديوان"},
    )
    assert report.imported == 0
    assert [reject.line.number for reject in report.rejects] == [2, 3]
    with ground.session(governorate) as session:
        assert session.scalars(select(Unit)).all() == []


def test_a_name_is_needed_in_one_language(ground, governorate):
    report = bring(ground, governorate, "core.category", {"code": "X", "name_ar": "", "name_en": ""})
    assert [reject.reason["en"] for reject in report.rejects] == ["A name is missing."]


def places(ground, code):
    with ground.session(code) as session:
        return {
            place.code: (place.name_ar, place.parent and place.parent.code)
            for place in session.scalars(select(Place))
        }


def test_a_map_never_gets_a_second_top(ground, governorate):
    from core.governorates.present import present
    from core.people.places import root_place

    with ground.session(governorate) as session:
        root_place(session, present())
        session.commit()
    rows = (
        {"code": "QUS", "parent": "", "kind": "markaz", "name_ar": "مركز قوص"},
        {"code": "QENA", "parent": "", "kind": "governorate", "name_ar": "قنا"},
        {"code": "QIFT", "parent": "QENA", "kind": "markaz", "name_ar": "مركز قفط"},
        {"code": "SOHAG", "parent": "", "kind": "governorate", "name_ar": "سوهاج"},
    )
    report = bring(ground, governorate, "core.place", *rows)
    assert report.imported == 3
    assert ["top already" in reject.reason["en"] for reject in report.rejects] == [True]
    assert places(ground, governorate) == {
        "QENA": ("قنا", None),
        "QUS": ("مركز قوص", "QENA"),
        "QIFT": ("مركز قفط", "QENA"),
    }
    again = bring(ground, governorate, "core.place", *rows)
    assert again.imported == 0


def test_a_trial_of_a_map_renames_nothing(ground, governorate):
    from core.governorates.present import present
    from core.people.places import root_place

    with ground.session(governorate) as session:
        root_place(session, present())
        session.commit()
    row = {"code": "QENA", "kind": "governorate", "name_ar": "قنا"}
    assert bring(ground, governorate, "core.place", row, dry=True).imported == 1
    assert list(places(ground, governorate)) == [governorate]
