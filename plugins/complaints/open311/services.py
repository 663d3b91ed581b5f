"""What complaints can be about: every subject that a citizen may choose, as a service of the standard."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from core import Category
from core.errors import NotFound
from plugins.complaints.forms import leaf_categories

REALTIME, BLACKBOX = "realtime", "blackbox"
PRIVATE = "private"
"""Keyword by which FixMyStreet keeps a report off its own map."""


def list_services() -> list[dict[str, Any]]:
    """All services. Their codes are stable: one that goes is deleted by who took it over."""
    return [_shape(category, group) for category, group in leaf_categories()]


def define(code: str) -> dict[str, Any]:
    """What is asked for a service besides the usual: nothing. Raises NotFound for an unknown code."""
    return {"service_code": find_service(code).code, "attributes": []}


def find_service(code: str) -> Category:
    """The subject that may be chosen under this code; raises NotFound."""
    for category, _group in leaf_categories():
        if category.code == code:
            return category
    raise NotFound(_("There is no service with the service_code “%(code)s” here.", code=code[:60]))


def _shape(category: Category, group: Category | None) -> dict[str, Any]:
    above = group.name if group else ""
    words = [above, "" if category.listed else PRIVATE]
    return {
        "service_code": category.code,
        "service_name": category.name,
        "description": f"{above}: {category.name}" if above else category.name,
        "metadata": False,
        "type": REALTIME if category.listed else BLACKBOX,
        "keywords": ",".join(word.replace(",", " ") for word in words if word),
        "group": above,
    }
