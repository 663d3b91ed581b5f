"""Who works on a record, and who of them writes to the citizen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.data.base import db
from core.data.scope import scope_in
from core.data.visibility import reached_as
from core.people.access import may_on

if TYPE_CHECKING:
    from admin.record_view import RecordView


def may_note(record: Any) -> bool:
    """Notes and files are for those who work on the record: who may write or move it."""
    return may_on("write", record) or may_on("transition", record)


def may_publish(view: RecordView, record: Any) -> bool:
    """Whether the present person may write a note to the citizen, by a role that reaches the record."""
    scope, roles = scope_in(db.session()), view.public_notes_by
    if roles is None or scope.system:
        return True
    return not scope.roles.isdisjoint(roles) and record.id in reached_as(roles, [record], scope)
