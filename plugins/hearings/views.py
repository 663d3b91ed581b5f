"""The staff's screen."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

from admin import RecordView, Section
from plugins.hearings.models import LEVELS, Hearing


class HearingView(RecordView):
    """Hearing days, the latest first."""

    model = Hearing
    title, singular, icon = _("Hearing days"), _("Hearing day"), "users"
    create_label, empty = _("Plan a hearing day"), _("Days on which officials hear citizens appear here.")
    labels = {
        "held_on": _("Day"), "level": _("Level"), "heard_by": _("Heard by"),
        "citizens": _("Citizens heard"), "summary": _("Minute of the day"),
    }  # fmt: skip
    choices = {"level": LEVELS}
    list_columns = ("number", "held_on", "level", "place", "heard_by", "citizens", "state")
    wide_columns = ("heard_by",)
    sort = "held_on desc"
    filters = ("state", "level", "place", "unit", "held_on")
    form_sections = (Section(None, ("held_on", "level", "place", "heard_by")),)
    detail_sections = (
        Section(None, ("held_on", "level", "place", "unit", "heard_by", "citizens", "summary")),
    )

    def may_edit(self, record: Any) -> bool:
        """Only what has not been held; its record is the minute."""
        return bool(record.state == "planned")
