"""The codes of the complaint desk's short lists, and the words people read for them.

Outcomes and channels follow the unified complaint system as publicly described; a code is stored,
its word is translated when shown.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

DRAFT = "draft"
"""The state of what was not received yet; the others are in `workflow`."""

INDIVIDUAL, COLLECTIVE = "individual", "collective"
KINDS: dict[str, Any] = {INDIVIDUAL: _("Individual"), COLLECTIVE: _("Collective")}
"""Whether one person or a group complains; empty where the source did not say."""

COUNTER, PORTAL, OPEN311 = "counter", "portal", "open311"
CHANNELS: dict[str, Any] = {
    COUNTER: _("Counter"),
    "hotline": _("Hotline"),
    PORTAL: _("Web page"),
    "whatsapp": _("WhatsApp"),
    "mail": _("Letter or e-mail"),
    "fax": _("Fax"),
    "hearing": _("Citizens' hearing"),
    "field": _("Field visit"),
    "social": _("Social media monitoring"),
    "upstream": _("Higher authority"),
    OPEN311: _("Another system (Open311)"),
}
"""How it reached us."""

APPLICANTS: dict[str, Any] = {
    "citizen": _("Citizen"),
    "disabled": _("Person with disability"),
    "investor": _("Investor"),
    "tourist": _("Tourist"),
    "company": _("Company"),
    "association": _("Association"),
}
"""Who complains."""

REMOVED = "REMOVED"
OUTCOMES: dict[str, Any] = {
    REMOVED: _("The cause of the complaint was removed"),
    "PARTIAL": _("Partly removed"),
    "INFORMED": _("The citizen was informed of the legal position"),
    "REFUSED": _("Could not be met, with reasons"),
    "PLANNED": _("Put into the plan with a date"),
    "OUTSIDE": _("Outside the governorate's powers, sent on"),
}
"""What came of it; mandatory once a complaint is answered, and kept apart from its state."""
