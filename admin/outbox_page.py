"""Messages that were not delivered: where each got stuck, and one more try."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.exceptions import BadRequest

from admin.cursor import LARGEST_ID
from admin.dates import digits
from admin.page import Page
from admin.record_view import RecordView
from admin.view import views
from admin.waiting import Tile
from core.access import right
from core.data.base import db
from core.data.search import latin_digits
from core.data.visibility import select_visible
from core.errors import NotFound
from core.messages.failures import failed, send_again, unserved
from core.messages.outbox import HELD
from core.people.access import may

LABEL = "core.message"
SHOWN = 40
CHANNELS = {"mail": lazy_gettext("E-mail"), "sms": lazy_gettext("SMS")}


class OutboxPage(Page):
    """For administrators: what could not be sent, by which channel and why; never its text or to whom."""

    name, title, icon = "message", lazy_gettext("Undelivered messages"), "mail"

    @expose("/", methods=("GET",))
    @right(LABEL, "read")
    def index(self) -> str:
        """The messages that were given up, and how many wait for a channel that nothing serves."""
        rows = failed(db.session(), before=_before(), limit=SHOWN + 1)
        more, rows = len(rows) > SHOWN, rows[:SHOWN]
        return self.show(
            "outbox.html",
            rows=rows,
            about=_records(rows),
            channels=CHANNELS,
            held=HELD,
            waiting=unserved(db.session()),
            next_url=self.link(before=rows[-1].id) if more else None,
            may_write=may("write", LABEL),
        )

    @expose("/<int:id>/again", methods=("POST",))
    @right(LABEL, "write")
    def again(self, id: int) -> ResponseReturnValue:  # noqa: A002 - the word of the address
        """Put one of them back into the queue."""
        if id > LARGEST_ID:
            raise NotFound(_("There is nothing at this address, or it is not open to you."))
        send_again(db.session(), id)
        db.session.commit()
        flash(_("The message is in the queue again and is sent as soon as its turn comes."), "success")
        return redirect(self.link())


def undelivered() -> Tile | None:
    """How many messages are stuck, for the first page; None for who may not read them."""
    if not may("read", LABEL):
        return None
    count = len(failed(db.session(), limit=SHOWN + 1)) + sum(unserved(db.session()).values())
    shown = _("%(count)s+", count=digits(SHOWN)) if count > SHOWN else digits(count)
    return Tile(OutboxPage.title, shown, url_for("core_message.index"), "warning" if count else "")


def _before() -> int | None:
    """The id after which the page begins; none for the first page."""
    typed = latin_digits(request.args.get("before", ""))
    if typed and not (typed.isascii() and typed.isdecimal() and int(typed[:20]) <= LARGEST_ID):
        raise BadRequest(_("This page of the list cannot be found. Open the list again."))
    return int(typed) if typed else None


def _records(rows: Sequence[Any]) -> dict[int, tuple[Any, str | None, str | None]]:
    """By message: the kind of record it is about, and number and address of one that this person sees."""
    found: dict[int, tuple[Any, str | None, str | None]] = {}
    for view in views():
        mine = [row for row in rows if isinstance(view, RecordView) and row.model == view.label_name]
        if not mine or not isinstance(view, RecordView) or not view.enabled():
            continue
        numbers = _numbers(view, [row.record_id for row in mine])
        for row in mine:
            number = numbers.get(row.record_id)
            link = view.link("record", id=row.record_id) if number else None
            found[row.id] = (view.singular or view.title, number, link)
    return found


def _numbers(view: RecordView, ids: list[int]) -> dict[int, str]:
    """Numbers by id of the records that the present person may read and sees."""
    if not may("read", view.label_name):
        return {}
    model: Any = view.model
    number = getattr(model, "number", model.id)
    rows = db.session.execute(select_visible(model, model.id, number).where(model.id.in_(ids)))
    return {key: str(value) for key, value in rows}
