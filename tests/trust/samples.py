"""Values of columns whose content has a meaning: codes, states, dates that must fit together.

Every other text column gets a canary. A new module adds its line here when its columns are choosy.
"""

from __future__ import annotations

from datetime import timedelta

from core.data.time import now

STATES = ("registered", "examining", "referred", "in_action", "reply_review", "answered", "closed")
"""The state of the complaint in row 0, 1, 2 and so on of each cell."""
ROWS = len(STATES)
SECRET = "0123456789AB"
"""The tracking secret of every complaint of the test world; its hash differs by row."""


def coded(label, row):
    """Values by column for row number `row` of a model."""
    state, day = STATES[row], timedelta(days=1)
    told = now() - day if state in ("answered", "closed") else None
    return {
        "complaints.complaint": {
            "channel": "counter",
            "kind": "individual",
            "applicant_kind": "citizen",
            "state": state,
            "outcome": "REMOVED" if told else None,
            "answered_at": told,
            "notified_at": told,
            "closed_at": now() if state == "closed" else None,
        },
        "complaints.applicant": {
            "identity_kind": "national_id",
            "identity_none": None,
            "contact_refused": None,
        },
        "complaints.referral": {
            "acknowledged_at": now() - 2 * day if row >= STATES.index("in_action") else None,
            "answered_at": now() - day if row >= STATES.index("reply_review") else None,
            "outcome": "REMOVED" if row >= STATES.index("reply_review") else None,
            "due_on": (now() + 5 * day).date(),
        },
        "core.transition": {"action": "refer", "source": "examining", "target": "referred", "origin": "user"},
        "core.note": {"visibility": "internal"},
        "core.clock_event": {"clock": "overall", "kind": "start", "promise": "3d", "cause": "register"},
        "core.clock": {"clock": "overall", "promise": "3d", "calendar": "f" * 64},
        "core.attachment": {"visibility": "internal", "media_type": "application/pdf"},
        "core.message": {
            "channel": "mail" if row % 2 else "sms",
            "state": "failed" if row % 2 else "sent",
            "error": "550 5.1.1 No such user" if row % 2 else None,
        },
    }.get(label, {})


def finish(record, label):
    """What can only be worked out once the row has its own key."""
    if label == "complaints.complaint":
        from plugins.complaints.tracking import hash_secret

        record.tracking_hash = hash_secret(record.uuid, SECRET)
    if label == "core.attachment":
        record.size = len(record.file_name)
