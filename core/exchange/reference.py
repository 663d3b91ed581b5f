"""Importers of what every module refers to: categories, places and units, each named by its code."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.data.base import db
from core.errors import Invalid
from core.exchange.spec import Column, ImportSpec, Row
from core.exchange.values import choice, flag, text, whole
from core.governorates.present import present
from core.people.bilingual import LONGEST_NAME
from core.people.categories import Category
from core.people.places import Place
from core.people.units import KINDS, Unit

GOVERNORATE = "governorate"
CODE = Column("code", required=True, headings=("service_code", "الكود", "الرمز"), longest=60)
PARENT = Column("parent", headings=("parent_code", "يتبع", "التابع له"), longest=60)
NAME_AR = Column("name_ar", headings=("الاسم", "الاسم بالعربية"), longest=LONGEST_NAME)
NAME_EN = Column("name_en", headings=("service_name", "الاسم بالإنجليزية"), longest=LONGEST_NAME)


def imports() -> list[ImportSpec]:
    """Core's own importers."""
    return [
        ImportSpec(f"core.{name}", columns, partial(_build, model), partial(_codes, model), key=key)
        for name, model, columns, key in (
            ("category", Category, CATEGORY, ("list", "code")),
            ("place", Place, PLACE, ("code",)),
            ("unit", Unit, UNIT, ("code",)),
        )
    ]


CATEGORY = (
    CODE, PARENT, NAME_AR, NAME_EN,
    Column("list", required=True, default="complaints", headings=("القائمة",), longest=30),
    Column("working_days", parse=whole, headings=("أيام العمل", "المدة")),
    Column("hours", parse=whole, headings=("ساعات",)),
    Column("bodies", headings=("الجهات", "الجهة"), longest=200),
    Column("confidential", parse=flag, headings=("سري",)),
    Column("emergency", parse=flag, headings=("طارئ",)),
    Column("mass", parse=flag, headings=("جماعي",)),
)  # fmt: skip
PLACE = (CODE, PARENT, NAME_AR, NAME_EN, Column("kind", required=True, headings=("النوع",), longest=30))
UNIT = (
    CODE, PARENT, NAME_AR, NAME_EN,
    Column("kind", required=True, headings=("النوع",), parse=choice({kind: kind for kind in KINDS})),
    Column("category_body", headings=("رمز الجهة",), longest=20),
)  # fmt: skip


def _codes(model: Any, session: Session) -> dict[tuple[str | None, str], Any]:
    """Nodes by list (None where the model has none) and code; new ones join as they are built."""
    return {
        _key(model, node.code, getattr(node, "list", None)): node for node in session.scalars(select(model))
    }


def _build(model: Any, row: Row, nodes: dict[Any, Any]) -> Any:
    """A node below its parent, which must be there or stand further up in the file."""
    values = {name: value for name, value in row.values.items() if name != "parent"}
    values["name_ar"] = values["name_ar"] or values["name_en"]
    values["name_en"] = values["name_en"] or None
    if not values["name_ar"]:
        raise Invalid(_("A name is missing."))
    parent = row["parent"] and nodes.get(_key(model, row["parent"], values.get("list")))
    if row["parent"] and (parent is None or parent not in db.session):
        raise Invalid(_("There is no “%(code)s” to put it under.", code=row["parent"]))
    top = None if row["parent"] or model is not Place else _top(nodes)
    if top is not None and values["kind"] == GOVERNORATE:
        node = _renamed(top, values)
    else:
        node = model(**values, parent=parent or top)
    db.session.add(node)
    nodes[_key(model, node.code, values.get("list"))] = node
    return node


def _top(nodes: dict[Any, Any]) -> Place | None:
    """The governorate on its map, under which a place without a parent goes; None before it is there."""
    node = next((one for one in nodes.values() if one in db.session), None)
    while node is not None and node.parent is not None:
        node = node.parent
    return node if node is not None and node.kind == GOVERNORATE else None


def _renamed(top: Place, values: dict[str, Any]) -> Place:
    """The place that the governorate was born with, called as in the file; Invalid for another."""
    if top.code != present().code:
        raise Invalid(
            _("The map has its top already, “%(name)s”: put this under it or leave it out.", name=top.name)
        )
    for name, value in values.items():
        setattr(top, name, value)
    return top


def _key(model: Any, code: str, list_: str | None) -> tuple[str | None, str]:
    return (list_ if model is Category else None, text(code))
