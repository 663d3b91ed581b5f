"""What is said about each status, unless who raised it has a better sentence."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

TOLD: dict[int, tuple[Any, Any]] = {
    400: (
        _("This cannot be read"),
        _("The address or what was sent is not in order. Go back and try again."),
    ),
    401: (_("Please sign in"), _("You were signed out. Sign in and do it again.")),
    403: (_("Not permitted"), _("Your role does not permit this. Ask your administrator if you need it.")),
    404: (_("Nothing here"), _("There is nothing at this address, or it is not open to you.")),
    405: (_("Not possible here"), _("This page cannot be used in this way.")),
    409: (_("Not possible now"), _("The record has changed meanwhile. Open it again.")),
    413: (_("Too large"), _("That is too large. Go back, where your text still is, and send less of it.")),
    414: (_("Too long"), _("The address is too long.")),
    415: (_("Unknown kind"), _("This kind of file or data is not accepted here.")),
    422: (_("Please correct this"), _("What was entered cannot be accepted.")),
    429: (_("Too many attempts"), _("Please wait a quarter of an hour, then try again.")),
    500: (_("A fault of ours"), _("Something failed and was recorded. Nothing was saved. Please try again.")),
    503: (
        _("Down for maintenance"),
        _("This is away for the moment. Please try again soon."),
    ),
}
"""Title and sentence by status."""


def told(status: int) -> tuple[Any, Any]:
    """Title and sentence; those of 400 or 500 for a status that has none of its own."""
    return TOLD.get(status, TOLD[400 if status < 500 else 500])
