"""Walk through everybody's own pages once: what they show, and which queries, forms and steps they offer."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from trust.cells import CELL
from trust.pages import Reader, query_names
from trust.routes import find_doors
from trust.samples import ROWS
from trust.world import HERE
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

WALKED = ("own", "addressed")
"""The cells whose pages are read: what one's unit registered, and what was sent to it."""
MOST = 30
"""So many of the addresses that pages offer for one door are followed."""


@dataclass
class Survey:
    """Fields by (endpoint, method), query keys by endpoint, and by role what was offered, read and shown.

    `offered[role, endpoint]` are the arguments of addresses in links and forms; `read[endpoint]` the
    roles that got a page, `shown[endpoint]` those that saw a canary of a cell walked through on it.
    """

    doors: list
    fields: dict = field(default_factory=lambda: defaultdict(dict))
    queries: dict = field(default_factory=lambda: defaultdict(set))
    offered: dict = field(default_factory=lambda: defaultdict(dict))
    shown: dict = field(default_factory=lambda: defaultdict(set))
    read: dict = field(default_factory=lambda: defaultdict(set))


def fill_address(app, door, values):
    """The address of a door below its mount."""
    return app.url_map.bind("localhost").build(door.endpoint, values, method=door.method)


def arguments(door, target, text="x"):
    """Values for a door's arguments: ids are `target`, a machine's form JSON, the rest `text`."""
    return {name: {"int": target, "form": "json"}.get(kind, text) for name, kind in door.arguments}


def has(door, kind):
    """Whether one of the door's arguments is of that kind: int, text, path or form."""
    return any(asked == kind for _, asked in door.arguments)


def survey(world):
    """Read every page on the walked cells as everybody; then every step that those pages offer."""
    found = Survey(find_doors(world.app))
    here = (None, *world.modules)
    pages = [d for d in found.doors if d.method == "GET" and d.plugin in here and not has(d, "path")]
    for person in world.people.values():
        for door in pages:
            if _is_walked(door) and not is_barred(door, person):
                for target in targets(door) if door.endpoint.endswith(".record") else targets(door)[:1]:
                    _read(world, found, person, door, arguments(door, target))
        for door in pages:
            if not _is_walked(door):
                for values in list(found.offered[person.role, door.endpoint].values())[:MOST]:
                    _read(world, found, person, door, values)
    return found


def _is_walked(door):
    """Whether a door is tried on the rows of the cells; the others are entered where a page leads there."""
    return not has(door, "text") and (door.plugin is not None or not door.arguments)


def is_barred(door, person):
    """Whether the door asks for a right that the person does not have."""
    return door.kind == "right" and not person.may(door.verb, door.label)


def targets(door, cells=WALKED):
    """The ids to fill in for a door: all rows of the cells, or one for all if it takes none."""
    return [CELL[name].id(row) for name in cells for row in range(ROWS)] if has(door, "int") else [0]


def _read(world, found, person, door, values):
    path = fill_address(world.app, door, values)
    answer = world.ask(HERE, "GET", path, visitor=world.visitor(person))
    if any(canary.cell in WALKED for canary in world.cage.find(answer.text)):
        found.shown[door.endpoint].add(person.role)
    if answer.mimetype != "text/html" or answer.status_code != 200:
        return
    found.read[door.endpoint].add(person.role)
    page = Reader(answer.text)
    for form in page.forms:
        _note(world, found, person, form.action or f"/{HERE}{path}", form.method, form.fields)
    for link in page.links:
        _note(world, found, person, link, "GET", {})


def _note(world, found, person, address, method, fields):
    """Enter what a form or a link leads to, if it leads to one of our doors."""
    target = urlsplit(address).path.removeprefix(f"/{HERE}")
    try:
        endpoint, values = world.app.url_map.bind("localhost").match(target or "/", method)
    except (HTTPException, RequestRedirect):
        return
    found.offered[person.role, endpoint][target] = values
    if method == "GET":
        found.queries[endpoint] |= query_names(address) | set(fields)
    else:
        found.fields[endpoint, method].update(fields)
