"""P4: nasty values in every argument, query key and field of every route: never a 5xx, never a traceback."""

import random

import pytest
from trust.cells import CELL
from trust.nasty import NASTY, SHAPES, encode, quote_segment, shape
from trust.oracles import check_status
from trust.pages import fill
from trust.probes import GUESSES, URL_WORDS, Probe
from trust.survey import arguments, fill_address
from trust.test_requests import ONE_DATABASE
from trust.world import HERE

QUICK, FULL = 800, 15_000
"""Inputs for each database in the quick and the long set; which ones is settled by the seeds."""


def inputs(world, found, roles):
    """Every (probe, address, query, body) with one nasty value."""
    for role in roles:
        person = world.people[role]
        for door in found.doors:
            if door.method == "HEAD":
                continue
            names = (
                found.queries[door.endpoint] if door.safe else set(found.fields[door.endpoint, door.method])
            )
            names |= {*GUESSES[:4], *(URL_WORDS if door.safe else ())}
            places = [("argument", name) for name, kind in door.arguments if kind != "form"]
            places += [("name", name) for name in sorted(names)]
            for kind, name in places:
                for value in NASTY:
                    yield person, door, kind, name, value


def send(world, found, chosen, how):
    person, door, kind, name, value = chosen
    path = fill_address(world.app, door, arguments(door, CELL["own"].id(), "refer"))
    query, body = "", None
    if kind == "argument":
        marked = fill_address(world.app, door, arguments(door, 77_777, "refer") | _mark(door, name))
        path = marked.replace("77777", quote_segment(value)).replace("MARK", quote_segment(value))
        kind = "query" if door.safe else "form"
    pairs = [] if "MARK" in path else shape(name, value, how)
    if door.safe:
        query = encode(pairs)
    else:
        offered = found.fields[door.endpoint, door.method]
        base = [(key, fill(given)) for key, given in offered.items() if key != name]
        body = encode([*base, *pairs, ("csrf_token", world.visitor(person).token)])
    probe = Probe(person, door, f"{how} {name}={value[:30]!r}", path)
    answer = world.ask(
        HERE, door.method, path, visitor=world.visitor(person), query_string=query, form=body,
        content_type="application/x-www-form-urlencoded" if body is not None else None,
    )  # fmt: skip
    return probe, answer


def _mark(door, name):
    return {asked: "MARK" for asked, kind in door.arguments if asked == name and kind not in ("int", "form")}


def run(world, found, prober, chosen):
    luck = random.Random(7)
    for one in chosen:
        probe, answer = send(world, found, one, luck.choice(SHAPES))
        prober.tally.probes += 1
        prober.tally.findings.extend(check_status(probe, answer))
        prober.put_back()
    return prober.tally


def test_nasty_values_never_break_a_page(world, found, prober):
    every = list(inputs(world, found, ["CLK", "EXM", "FOC", "DIR", "ADM", "citizen"]))
    tally = run(world, found, prober, random.Random(4711).sample(every, min(QUICK, len(every))))
    assert not tally.findings, tally.report()


@pytest.mark.slow
def test_many_more_nasty_values_never_break_a_page(world, found, prober):
    every = list(inputs(world, found, [*world.people]))
    tally = run(world, found, prober, random.Random(1807).sample(every, min(FULL, len(every))))
    assert not tally.findings, tally.report()


def test_a_planted_failure_is_found(world, found, prober, monkeypatch):
    """The control: a page that fails on one sign must be reported."""
    from flask import request

    def fail_on_quotes():
        if "'" in request.query_string.decode() or "%27" in request.query_string.decode():
            raise ZeroDivisionError

    world.app.before_request_funcs.setdefault(None, []).append(fail_on_quotes)
    try:
        every = [one for one in inputs(world, found, ["DIR"]) if one[1].safe]
        tally = run(world, found, prober, random.Random(1).sample(every, 200))
    finally:
        world.app.before_request_funcs[None].remove(fail_on_quotes)
    assert tally.of("5")


BODIES = {
    "json": (b'{"a": [1, {"b": null}]}', "application/json"),
    "deep json": (b"[" * 50_000, "application/json"),
    "broken multipart": (b"--x\r\nContent-Disposition: form-data; name", "multipart/form-data; boundary=x"),
    "no boundary": (b"a=1", "multipart/form-data"),
    "other charset": ("ن=1".encode("cp1256"), "application/x-www-form-urlencoded; charset=cp1256"),
    "bytes": (bytes(range(256)), "application/octet-stream"),
    "unknown type": (b"x", "nonsense"),
    "too many fields": (b"&".join(b"a%d=1" % n for n in range(5000)), "application/x-www-form-urlencoded"),
    "too large": (b"a=" + b"x" * (17 * 1024 * 1024), "application/x-www-form-urlencoded"),
}


@ONE_DATABASE
@pytest.mark.parametrize("name", BODIES)
def test_strange_bodies_are_refused(world, found, prober, name):
    body, kind = BODIES[name]
    person = world.people["CLK"]
    for door in found.doors:
        if door.safe:
            continue
        path = fill_address(world.app, door, arguments(door, CELL["own"].id(), "refer"))
        headers = {"X-CSRFToken": world.visitor(person).token}
        answer = world.ask(
            HERE,
            door.method,
            path,
            visitor=world.visitor(person),
            form=body,
            headers=headers,
            content_type=kind,
        )
        assert answer.status_code < 500, f"{door}: {answer.status}"
        prober.put_back()


HEADERS = (
    {"Cookie": "diwan=" + "x" * 8000},
    {"Cookie": "diwan=a.b.c; language=\u0661; theme=%00"},
    {"Accept-Language": "ar;q=nan, " + "en;q=9," * 500},
    {"User-Agent": "\u202e" + "x" * 3000},
    {"Referer": "http://[::1", "Origin": "null"},
    {"X-Forwarded-For": "1.1.1.1, ../../", "X-Forwarded-Host": "evil.example"},
    {"Host": "evil.example:99999"},
    {"Host": "[::1"},
    {"If-None-Match": '"' * 100, "Range": "bytes=9-1"},
    {"If-Modified-Since": "not a date", "If-Range": "\x7f"},
    {"Sec-Purpose": "prefetch;prerender", "X-HTTP-Method-Override": "DELETE"},
    {"Content-Type": "multipart/form-data; boundary=" + "x" * 500},
)


@ONE_DATABASE
@pytest.mark.parametrize("headers", HEADERS, ids=lambda headers: "+".join(headers))
def test_strange_headers_never_break_a_page(world, found, headers):
    for door in found.doors:
        if door.method == "GET" and door.kind in ("public", "everywhere", "signed_in"):
            path = fill_address(world.app, door, arguments(door, CELL["own"].id(), "refer"))
            try:
                answer = world.ask(HERE, "GET", path, headers=headers)
            except (UnicodeEncodeError, ValueError):
                continue  # no client could send this either
            assert answer.status_code < 500, f"{door}: {answer.status}"
