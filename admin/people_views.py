"""The administrator's screens: units, places, categories, roles. Users have a file of their own."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from admin.record_view import RecordView
from admin.sections import Section
from admin.titles import module_title
from admin.users_view import UserView
from core.data.base import db
from core.errors import Invalid
from core.people.categories import Category
from core.people.places import Place
from core.people.units import KINDS as UNIT_KINDS
from core.people.units import Unit
from core.people.users import REACHES, Role
from core.work.clocks.clock import MOST_DAYS, MOST_HOURS

UNIT_WORDS = {
    "diwan": _("General diwan"),
    "directorate": _("Directorate"),
    "markaz": _("Markaz"),
    "district": _("District"),
    "village_unit": _("Village unit"),
    "executive_office": _("Executive office"),
    "service_centre": _("Service centre"),
    "department": _("Department"),
    "company": _("Company"),
}
PLACE_WORDS = {
    "governorate": _("Governorate"),
    "markaz": _("Markaz"),
    "district": _("District"),
    "city": _("City"),
    "village_unit": _("Village unit"),
    "village": _("Village"),
    "hamlet": _("Hamlet"),
    "neighbourhood": _("Neighbourhood"),
}
REACH_WORDS = {
    "none": _("No records"),
    "unit": _("Its unit"),
    "subtree": _("Its unit and those below"),
    "area": _("Also the places its unit serves"),
    "all": _("The whole governorate"),
}


class UnitView(RecordView):
    """The organisation tree."""

    model = Unit
    title, singular, icon = _("Units"), _("Unit"), "sitemap"
    labels = {
        "parent": _("Unit above"),
        "areas": _("Places it serves"),
        "category_body": _("Body code in categories"),
    }
    help = {
        "areas": _("Also places outside its own branch; records of these places are open to it."),
        "category_body": _("Categories name the competent body by this code."),
        "code": _("Short and stable: files and letters use it."),
    }
    choices = {"kind": [(kind, UNIT_WORDS.get(kind, kind)) for kind in UNIT_KINDS]}
    list_columns = ("name", "code", "kind", "parent", "active")
    sort, sortable = "path", ("code",)
    filters = ("kind", "parent", "active")
    form_sections = (
        Section(None, ("name_ar", "name_en", "code", "kind", "parent", "category_body", "active")),
        Section(_("Service area"), ("areas",)),
    )
    notes = False


class PlaceView(RecordView):
    """The administrative map."""

    model = Place
    title, singular, icon = _("Places"), _("Place"), "map-pin"
    labels = {"parent": _("Place above")}
    choices = {"kind": list(PLACE_WORDS.items())}
    list_columns = ("name", "code", "kind", "parent", "active")
    sort, sortable = "path", ("code",)
    filters = ("kind", "parent", "active")
    form_sections = (Section(None, ("name_ar", "name_en", "code", "kind", "parent", "active")),)
    notes = False


class CategoryView(RecordView):
    """Subjects, a tree per list."""

    model = Category
    title, singular, icon = _("Categories"), _("Category"), "tags"
    labels = {
        "list": _("List"),
        "parent": _("Category above"),
        "working_days": _("Working days to answer"),
        "hours": _("Hours to answer"),
        "bodies": _("Body codes"),
        "confidential": _("Confidential"),
        "emergency": _("Emergency"),
        "mass": _("Concerns many people"),
        "published": _("In open lists"),
    }
    help = {
        "bodies": _("Separated by semicolons, the competent one first."),
        "hours": _("For emergencies, instead of working days."),
        "working_days": _(
            "Open dates move with a change, counted from receipt. The first values are assumptions."
        ),
        "published": _(
            "Without it, here or on a category above, the public sees nothing of this subject, "
            "not even that something came in."
        ),
    }
    choices = {"list": lambda: _lists()}
    list_columns = ("name", "code", "list", "parent", "working_days", "hours", "active")
    sort, sortable = "path", ("code",)
    filters = ("list", "parent", "confidential", "emergency", "active")
    form_sections = (
        Section(None, ("name_ar", "name_en", "code", "list", "parent", "active")),
        Section(_("Promise and competence"), ("working_days", "hours", "bodies")),
        Section(_("Handling"), ("confidential", "published", "emergency", "mass")),
    )
    notes = False

    def before_save(self, record: Category, form: Any) -> None:
        """A promise is in working days or in hours, and one that somebody can keep."""
        errors: dict[str, list[Any]] = {}
        for name, most in (("working_days", MOST_DAYS), ("hours", MOST_HOURS)):
            value = getattr(record, name)
            if value is not None and not 0 < value <= most:
                errors[name] = [_("Between 1 and %(most)s.", most=most)]
        if record.working_days and record.hours:
            errors["hours"] = [_("Working days or hours, not both.")]
        if errors:
            raise Invalid(_("This promise cannot be kept."), errors)


class RoleView(RecordView):
    """What somebody may be in a unit. Roles come with modules; how far they see may be changed here."""

    model = Role
    title, singular, icon = _("Roles"), _("Role"), "id"
    labels = {
        "plugin": _("Module"),
        "reach": _("Sees records of"),
        "confidential": _("Sees confidential records"),
        "changed": _("Changed here"),
    }
    choices = {"reach": [(reach, REACH_WORDS[reach]) for reach in REACHES], "plugin": lambda: _modules()}
    list_columns = ("name", "code", "plugin", "reach", "confidential", "changed")
    sort = "id"
    filters = ("reach",)
    form_sections = (Section(None, ("name_ar", "name_en", "reach", "confidential")),)
    detail_sections = (Section(None, ("name", "code", "plugin", "reach", "confidential", "changed")),)
    create = False
    notes = False


def _modules() -> list[tuple[str, str]]:
    return [(code, module_title(code)) for code in sorted({"core", *current_app.extensions["diwan"].modules})]


def _lists() -> list[tuple[str, str]]:
    """The lists that there are, called as the module that uses them; a new list comes with its module."""
    codes = db.session.scalars(select(Category.list).distinct().order_by(Category.list))
    return [(code, module_title(code)) for code in codes]


PEOPLE: tuple[Any, ...] = (UserView, UnitView, PlaceView, CategoryView, RoleView)
"""In the order of the menu."""
