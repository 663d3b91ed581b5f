"""The addresses of GeoReport v2 below `/<CODE>/open311/v2/`, in XML and JSON."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, g, request
from flask_babel import gettext as _

from admin.errors import tell_as
from core import Invalid, present, public
from core.access import machine
from core.errors import NotFound
from core.language import DEFAULT, LANGUAGES
from plugins.complaints.open311.creation import create, find_by_token
from plugins.complaints.open311.discovery import PREFIX, discover
from plugins.complaints.open311.intake import read_post
from plugins.complaints.open311.keys import DOOR
from plugins.complaints.open311.query import read_query
from plugins.complaints.open311.rendering import answer, refusal
from plugins.complaints.open311.requests import list_requests, show_request
from plugins.complaints.open311.services import define, list_services

LARGEST = 128 * 1024
"""Bytes of a request: 4,000 characters take at most 48,000 in a form's encoding."""
FORM = "application/x-www-form-urlencoded"

doors = Blueprint("complaints_open311", __name__, url_prefix=PREFIX)
tell_as(doors, refusal)


@doors.url_value_preprocessor
def hear(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Before anything is said: in which language; Arabic unless another is asked for."""
    g.asked_language = request.accept_languages.best_match(LANGUAGES, DEFAULT)


@doors.before_request
def check() -> None:
    """A jurisdiction, where one is named, is the governorate's code."""
    named = request.values.getlist("jurisdiction_id")  # in the address, and in the form
    if not {"", present().code}.issuperset(named):
        raise NotFound(_("There is no such jurisdiction_id here: it is %(code)s.", code=present().code))


@doors.get("/discovery.<any(xml, json):form>")
@public
def discovery(form: str) -> Response:
    """Where the interface is."""
    return answer("discovery", discover())


@doors.get("/services.<any(xml, json):form>")
@public
def services(form: str) -> Response:
    """What complaints can be about."""
    return answer("services", list_services())


@doors.get("/services/<code>.<any(xml, json):form>")
@public
def definition(code: str, form: str) -> Response:
    """What is asked for one service besides the usual."""
    return answer("service_definition", define(code))


@doors.get("/requests.<any(xml, json):form>")
@public
def requests(form: str) -> Response:
    """The open list."""
    return answer("service_requests", list_requests(read_query(request.args)))


@doors.post("/requests.<any(xml, json):form>")
@machine(DOOR, largest=LARGEST)
def create_request(form: str) -> Response:
    """A new complaint."""
    if request.mimetype != FORM:
        abort(415)
    try:
        post = read_post(request.form, g.machine.name)
        told = create(post, g.machine, request.headers.get("Idempotency-Key", ""))
    except Invalid as invalid:
        named = [f"{name}: {said}" for name, sentences in invalid.errors.items() for said in sentences]
        return refusal(invalid.status, *(named or [str(invalid)]))
    return answer("service_requests", [told], 201)


@doors.get("/requests/<key>.<any(xml, json):form>")
@public
def show(key: str, form: str) -> Response:
    """One request of the open list."""
    return answer("service_requests", show_request(key))


@doors.get("/tokens/<token>.<any(xml, json):form>")
@public
def tokens(token: str, form: str) -> Response:
    """The id that a token stands for."""
    return answer("service_requests", find_by_token(token))
