"""Where this interface is, in which forms it answers, and who gives out keys."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from core import present
from core.governorates.address import base_address
from core.people.bilingual import present_language
from core.people.sign_in import is_demo
from core.work import audit
from plugins.complaints.open311.rendering import FORMATS

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
PREFIX = "/open311/v2"


def discover() -> dict[str, Any]:
    """The discovery file; the endpoint ends in a slash, because FixMyStreet puts paths right behind it."""
    name, address = present().name(present_language()), _address()
    changed = audit.last_change("core.category")
    changeset = f"{present().local(changed):%Y-%m-%d %H:%M}" if changed else "2026-01-01 00:00"
    endpoint = {
        "specification": SPECIFICATION,
        "url": f"{address}{PREFIX}/",
        "changeset": changeset,
        "type": "test" if is_demo() else "production",
        "formats": list(FORMATS.values()),
    }
    return {
        "changeset": changeset,
        "contact": _("Governorate of %(name)s, complaints desk: %(url)s", name=name, url=f"{address}/"),
        "key_service": _("The governorate's administrator gives out keys: ask at %(url)s", url=f"{address}/"),
        "endpoints": [endpoint],
    }


def _address() -> str:
    """The mount as it was configured: the Host header is not believed, for a stranger may forge it."""
    host = present().host
    return f"https://{host}" if host else f"{base_address()}/{present().code}"
