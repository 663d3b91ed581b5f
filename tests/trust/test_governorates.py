"""What one governorate hands out is worth nothing in another: secrets, links, sealed values, hosts."""

import pytest
from trust.samples import SECRET, STATES
from trust.world import ABROAD, HERE, TOKEN, Pass, cookie_of

from core.data.sealed import open_sealed, seal
from core.governorates.present import registry
from core.people.invitations import issue_first_admin_token


@pytest.fixture(autouse=True)
def back(prober):
    """Whatever a test wrote is put back."""
    yield
    prober.put_back()


def numbers(world, code):
    """Numbers of the complaints of the cell "own", by state."""
    rows = world.holdings[code].database.kept["complaints_complaint"]
    return {state: rows[1000 + row,]["number"] for row, state in enumerate(STATES)}


def track(world, code, number, secret):
    visitor = world.anonymous(code)
    form = {"number": number, "secret": secret, "csrf_token": visitor.token}
    return world.ask(code, "POST", "/complaints/track", visitor=visitor, form=form)


def test_number_and_secret_open_the_complaint_in_its_own_governorate(world):
    answer = track(world, HERE, numbers(world, HERE)["referred"], SECRET)
    assert answer.status_code == 200
    assert numbers(world, HERE)["referred"] in answer.text


def test_number_and_secret_of_one_governorate_open_nothing_in_another(world):
    answer = track(world, ABROAD, numbers(world, HERE)["referred"], SECRET)
    assert answer.status_code == 422
    assert not world.cage.find(answer.text.replace(numbers(world, HERE)["referred"], ""))


def test_tracking_tells_nothing_that_names_a_person(world):
    """Whoever holds the paper reads the page; the canaries of the applicant and of what was written stay in."""
    for number in numbers(world, HERE).values():
        seen = {canary.column for canary in world.cage.find(track(world, HERE, number, SECRET).text)}
        assert seen <= {"number", "reply"}, seen


def test_the_same_number_with_the_hash_of_another_governorate_does_not_open(world):
    """Even if the rows were copied over: the hash is keyed by the governorate."""
    there, here = world.holdings[ABROAD].database, world.holdings[HERE].database
    key = (1002,)
    rows = {key: here.kept["complaints_complaint"][key]}
    there.overwrite("complaints_complaint", rows)
    try:
        assert track(world, ABROAD, rows[key]["number"], SECRET).status_code == 422
    finally:
        there.restore(there.read())


def test_a_link_for_the_first_administrator_is_good_on_its_own_mount_only(ground, world):
    with ground.session(HERE) as session:
        token = issue_first_admin_token(session)
        session.commit()
    assert world.ask(ABROAD, "GET", f"/first-admin/{token}").status_code == 404
    assert world.ask(HERE, "GET", f"/first-admin/{token}").status_code == 200
    assert (
        world.ask(HERE, "GET", f"/first-admin/{'B' if token[0] == 'A' else 'A'}{token[1:]}").status_code
        == 404
    )


def test_a_sealed_value_opens_in_its_own_governorate_only(ground):
    with ground.session(HERE):
        sealed = seal("29001012701234", "complaints_applicant.identity.x")
        assert open_sealed(sealed, "complaints_applicant.identity.x") == "29001012701234"
    with ground.session(ABROAD), pytest.raises(ValueError, match="does not belong"):
        open_sealed(sealed, "complaints_applicant.identity.x")


def test_a_host_of_its_own_takes_its_own_passes_only(world):
    """A governorate that has a name of its own is served at that name's root."""
    with world.app.app_context():
        known = registry().get(ABROAD)
        registry().remove(ABROAD)
        registry().add(type(known)(**{**vars(known), "host": "wadi.example"}))
    try:
        clerk, headers = world.people["CLK"], {"Host": "wadi.example"}
        foreign = world.ask(None, "GET", "/admin/", visitor=world.visitor(clerk), headers=headers)
        own = world.ask(None, "GET", "/admin/", visitor=world.visitor(clerk, ABROAD), headers=headers)
        page = world.ask(None, "GET", "/login", headers=headers)
    finally:
        with world.app.app_context():
            registry().remove(ABROAD)
            registry().add(known)
    assert foreign.status_code == 302
    assert own.status_code == 200
    assert TOKEN.search(page.text)
    assert cookie_of(page)
    assert not is_in(world, HERE, Pass(cookie_of(page)))


def is_in(world, code, visitor):
    return world.ask(code, "GET", "/admin/", visitor=visitor).status_code == 200


def test_a_governorate_nobody_knows_has_no_pages(world):
    for path in ("/", "/login", "/admin/", "/complaints/new", "/complaints/track", "/password"):
        answer = world.ask("EG-XX", "GET", path)
        assert answer.status_code == 404, path
        assert 'dir="rtl"' in answer.text


def test_reading_by_head_or_ahead_of_time_acknowledges_nothing(world, prober):
    """Only a focal point's own opening of the page does."""
    focal = world.visitor(world.people["FOC"])
    path = f"/admin/complaints/complaint/{8000 + STATES.index('referred')}"
    for method, headers in (
        ("HEAD", {}),
        ("GET", {"Sec-Purpose": "prefetch"}),
        ("GET", {"Purpose": "prefetch"}),
    ):
        assert world.ask(HERE, method, path, visitor=focal, headers=headers).status_code == 200
        prober.changed.clear()
        prober.put_back()
        assert not prober.changed, f"{method} {headers} wrote"
    assert world.ask(HERE, "GET", path, visitor=focal).status_code == 200
    prober.changed.clear()
    prober.put_back()
    assert prober.changed, "the opening itself is the acknowledgement"
