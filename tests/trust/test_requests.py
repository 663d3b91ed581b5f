"""What every answer says and every unsafe request must carry: tokens, headers, addresses, names of hosts."""

from dataclasses import replace
from urllib.parse import urljoin, urlsplit

import pytest
from trust.composer import Composer
from trust.test_isolation import COUNTED
from trust.world import ABROAD, HERE

from core.app import create_app
from core.testing import test_settings

ONE_DATABASE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True, scope="session")
"""For what no database has a part in."""
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}
POLICY = (
    "default-src 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
)
SEALED = ("sandbox;", "default-src 'none'", "frame-ancestors 'none'")
"""What a file is given back with: it is only ever saved."""


def without_tokens(world, found, token=None):
    """Every unsafe request of everybody on their own rows, its token left out or put in place of theirs."""
    for probe, _ in Composer(world, found, full=False).own(world.people.values()):
        if not probe.door.safe:
            rest = tuple((name, value) for name, value in probe.form if name != "csrf_token")
            yield replace(probe, form=rest if token is None else (*rest, ("csrf_token", token)))


def expected(probe):
    """The gate asks for login, right or key first, whoever passes it meets the missing token."""
    if probe.door.kind in ("public", "everywhere"):
        return {400, 404}
    if probe.door.kind == "machine":
        return {403, 404}
    right = probe.door.kind != "right" or probe.person.may(probe.door.verb, probe.door.label)
    return {400} if right and probe.person.role != "citizen" else {400, 401, 403, 404}


def test_no_unsafe_request_passes_without_its_token(world, found, prober):
    for probe in without_tokens(world, found):
        assert prober.make(probe).status_code in expected(probe), probe
    assert not prober.tally.findings, prober.tally.report()
    assert set(+prober.tally.changes) <= COUNTED, "more than attempts were counted"


@ONE_DATABASE
@pytest.mark.parametrize("whose", ["another person", "another governorate", "invented"])
def test_a_token_of_somebody_else_is_none(world, found, prober, whose):
    tokens = {
        "another person": world.visitor(world.people["AUD"]).token,
        "another governorate": world.visitor(world.people["CLK"], ABROAD).token,
        "invented": "ImFiYyI.abc.def",
    }
    for probe in without_tokens(world, found, tokens[whose]):
        if probe.person.role == "CLK":
            assert prober.make(probe).status_code in expected(probe), probe
    assert set(+prober.tally.changes) <= COUNTED, "more than attempts were counted"


@ONE_DATABASE
def test_every_answer_carries_the_security_headers(world, found, quick, prober):
    for probe, _ in quick.own([world.people["DIR"], world.people["citizen"]]):
        answer = prober.make(probe)
        for name, value in FIXED.items():
            assert answer.headers.get(name) == value, f"{probe}: {name}"
        policy = answer.headers.get("Content-Security-Policy", "")
        expected = SEALED if policy.startswith("sandbox") else POLICY
        assert all(part in policy for part in expected), probe
        assert "unsafe" not in policy
        assert "no-store" in answer.headers.get("Cache-Control", "") or answer.mimetype == "text/css", probe
        assert "Server" not in answer.headers
        assert "Expires" not in answer.headers, "a moment: equal answers would differ when a second passes"


@ONE_DATABASE
def test_cookies_stay_on_their_mount(world):
    for path in ("/login", "/language"):
        form = {"language": "en", "csrf_token": world.visitor(world.people["CLK"]).token}
        method = "GET" if path == "/login" else "POST"
        answer = world.ask(
            HERE, method, path, visitor=world.visitor(world.people["CLK"]) if form else None, form=form
        )
        for cookie in answer.headers.getlist("Set-Cookie"):
            assert f"Path=/{HERE}/" in cookie, cookie
            assert "SameSite=Lax" in cookie


ELSEWHERE = (
    "https://evil.example", "http://evil.example/", "//evil.example", "///evil.example", "////evil.example",
    "/\\evil.example", "\\\\evil.example", "/\\/evil.example", "/%5Cevil.example", "/%2Fevil.example",
    "/\tevil.example", "/\t/evil.example", "/\n/evil.example", "\t//evil.example", " //evil.example",
    "\x00//evil.example", "https:evil.example", "https:/evil.example", "http:\\\\evil.example",
    "javascript:alert(1)", "data:text/html,x", "JaVaScRiPt:alert(1)", "vbscript:x", "ftp://evil.example",
    "@evil.example", "/@evil.example", ".evil.example", "https://localhost@evil.example",
    "https://localhost.evil.example", "https://evil.example#localhost", "https://evil.example?localhost",
    "//evil.example/%2e%2e", "/..//evil.example", "/.//evil.example", "/;@evil.example",
    "/EG-MT//evil.example", "/EG-MT/../../..//evil.example", "/EG-MT/\\evil.example",
    "//evil%E3%80%82example", "//\u202eevil.example", "//[::1]/", "https://[::1", "/\u2028/evil.example",
    "/\r\nLocation: //evil.example", "//0x7f000001/", "//2130706433/", "/%09/evil.example",
    "/%0a/evil.example", "/%00/evil.example", "%2F%2Fevil.example", "/EG-WAD/admin/",
    "https://localhost:8443/", "http://localhost.", "mailto:x@evil.example", "tel:1",
    "?next=//evil.example", "#//evil.example", "https://evil.example\\@localhost", "/\ud800/evil", "blob:x",
    "//localhost:80@evil.example/",
)  # fmt: skip


@ONE_DATABASE
@pytest.mark.parametrize("door", ["/login", "/language", "/theme"])
def test_nobody_is_sent_to_another_site(world, prober, door):
    from trust.nasty import encode

    clerk = world.people["CLK"]
    for target in ELSEWHERE:
        visitor = world.visitor(clerk) if door != "/login" else world.anonymous(HERE)
        fields = {"language": "en", "theme": "dark", "username": "clk", "password": "mirror-lantern-47"}
        pairs = [*fields.items(), ("csrf_token", visitor.token)]
        for query, form in (
            (encode([("next", target)]), encode(pairs)),
            ("", encode([*pairs, ("next", target)])),
        ):
            answer = world.ask(
                HERE, "POST", door, visitor=visitor, query_string=query, form=form,
                content_type="application/x-www-form-urlencoded",
            )  # fmt: skip
            assert answer.status_code < 500, repr(target)
            check_location(answer, target)
            prober.put_back()


def check_location(answer, target):
    """A Location leads to this host, also as browsers read it: they drop tabs and turn backslashes."""
    location = answer.headers.get("Location")
    if location is None:
        return
    assert location.isprintable(), f"{target!r} led to {location!r}"
    assert "\\" not in location, f"{target!r} led to {location!r}"
    led = urlsplit(urljoin(f"http://localhost/{HERE}/login", location))
    assert (led.scheme, led.netloc) == ("http", "localhost"), f"{target!r} led to {location!r}"


@ONE_DATABASE
def test_a_forged_host_is_repeated_nowhere(world, found, quick, prober):
    for probe, _ in quick.own([world.people["DIR"], world.people["citizen"]]):
        if probe.door.safe:
            answer = prober.send(replace(probe, headers=(("Host", "evil.example"),)))
            assert "evil.example" not in answer.get_data(as_text=True), probe
            assert "//evil.example" not in answer.headers.get("Location", ""), probe


def test_an_unknown_host_is_refused_where_hosts_are_named(tmp_path):
    app = create_app(test_settings(tmp_path, hosts=("diwan.example",)))
    client = app.test_client()
    assert client.get("/", headers={"Host": "diwan.example"}).status_code < 400
    for forged in (
        "evil.example",
        "diwan.example.evil.example",
        "evil.example:80",
        "diwan.example@evil.example",
    ):
        assert client.get("/", headers={"Host": forged}).status_code == 400, forged
