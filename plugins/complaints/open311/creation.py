"""Registering what another system sends: once, however often it is sent, and through the citizen's path."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from core import Invalid, Scope, now, present, unscoped
from core.data.sealed import blind_index, open_sealed, seal
from core.errors import NotFound
from core.governorates.present import governorate_context, running_app
from core.people.limits import hit
from core.people.machine_keys import Machine
from core.people.places import root_place
from core.work.notes import add_note
from plugins.complaints.codes import INDIVIDUAL, OPEN311
from plugins.complaints.limits import HOUR, count_phone
from plugins.complaints.models import Complaint
from plugins.complaints.open311.intake import Post
from plugins.complaints.registration import Draft, SentBefore, TooMany, register
from plugins.complaints.tracking import new_secret

PLACE = "complaints.open311"
FROM_ONE_KEY = 600
"""Requests an hour by one key."""
AGAIN = 6 * HOUR
"""The same words by the same key within this time, at most twice of it, are the same request sent again."""
LONGEST_REPEAT_KEY = 200


def create(post: Post, machine: Machine, repeat_key: str = "") -> dict[str, Any]:
    """Register `post`, or find it where it was sent before; returns what the sender is told.

    `repeat_key` is the sender's own name for this one request (header Idempotency-Key); without it the
    content stands for itself for some hours. Raises TooMany (429), or Invalid for another content under a
    name that was used before. Of a subject that is not listed the sender gets a token only.
    Only what is new is counted, and entered in the audit.
    """
    content = repr((sorted(post.values.items(), key=str), post.point, post.links, post.account_id))
    drafts = _drafts(machine, repeat_key, content)
    earlier = _find(drafts)
    if earlier is not None:
        return _told(earlier, post, content)
    _count(post, machine)
    with unscoped(f"the machine {machine.name} hands a complaint in", origin="citizen") as session:
        values = post.values | {"place_id": post.values["place_id"] or root_place(session, present()).id}
        latitude, longitude = post.point
        try:
            complaint = register(
                values, drafts[0], channel=OPEN311, kind=INDIVIDUAL, unit_id=machine.unit_id,
                source=machine.name, latitude=latitude, longitude=longitude,
                sent_hash=_hash(drafts[0].uuid, content),
            )  # fmt: skip
        except SentBefore:  # at the same moment, under one name
            raise Invalid(_another()) from None
        told = _told(complaint, post, content)
        _keep_links(complaint, post.links)
        session.commit()
        return told


def find_by_token(token: str) -> list[dict[str, Any]]:
    """The id that a token stands for, sealed in it: no record is asked. Raises NotFound for any other."""
    try:
        uuid = open_sealed(urlsafe_b64decode(token[:300] + "=="), PLACE)
    except ValueError:
        raise NotFound(_("This token is not known here.")) from None
    return [{"service_request_id": uuid, "token": token}]


def _drafts(machine: Machine, repeat_key: str, content: str) -> list[Draft]:
    """The uuids that this sending may have led to already; the first is the one that it leads to now."""
    if repeat_key:
        return [_drafted(machine, "key", repeat_key[:LONGEST_REPEAT_KEY])]
    window = int(now().timestamp() // AGAIN)
    return [_drafted(machine, str(number), content) for number in (window, window - 1)]


def _drafted(machine: Machine, *parts: str) -> Draft:
    """A draft whose uuid follows from what was sent, and from nothing that a stranger could work out."""
    return Draft(_hash(machine.key_id, *parts)[:32], new_secret(), now(), None)


def _hash(name: Any, *parts: str) -> str:
    """Keyed, 64 hexadecimal digits."""
    content = hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()
    return blind_index(PLACE, f"{name}:{content}")


def _find(drafts: list[Draft]) -> Complaint | None:
    """The complaint that an earlier sending led to; read alone, whoever corrected it since."""
    rows = select(Complaint).where(Complaint.uuid.in_([draft.uuid for draft in drafts])).limit(1)
    with governorate_context(running_app(), present().code, Scope.of_system("citizen")) as session:
        found = session.scalar(rows)
        session.expunge_all()  # it is told of after the session's end
        return found


def _count(post: Post, machine: Machine) -> None:
    """A key that was stolen brings no flood, and no telephone is rung by strangers all day."""
    if not hit(f"complaints.open311:{machine.key_id}", FROM_ONE_KEY, HOUR):
        raise TooMany(_("Too many requests came by this key. Please try again in an hour."))
    if post.values["phone"]:
        count_phone(post.values["phone"])


def _keep_links(complaint: Complaint, links: tuple[str, ...]) -> None:
    if links:
        with force_locale("ar"):
            add_note(complaint, "\n".join((_("Web addresses sent with it, not checked by us:"), *links)))


def _told(complaint: Complaint, post: Post, content: str) -> dict[str, Any]:
    """What the sender learns; raises Invalid if it was something else that led to this complaint."""
    if complaint.sent_hash not in (None, _hash(complaint.uuid, content)):
        raise Invalid(_another())
    if post.listed:
        notice = _("Registered under number %(number)s.", number=complaint.number)
        told = {"service_request_id": complaint.uuid, "service_notice": notice}
    else:
        token = urlsafe_b64encode(seal(complaint.uuid, PLACE)).decode().rstrip("=")
        told = {"token": token, "service_notice": _("Received. It is not shown in any open list.")}
    return told | {"account_id": post.account_id or None}


def _another() -> str:
    return _("Another request was sent before under this Idempotency-Key.")
