"""The desk's daily work on a large register, beside the floor: the newest page of the list, and registering one."""

import time

import pytest
from bench.race import race
from bench.report import tell, tell_shares
from bench.sampling import sampling
from bench.stand import CODE, close, hidden, sign_in, standing

from core.app import create_app
from core.config import read_settings

REQUESTS = 100
PAGE = 80
CLERK, DIRECTOR = "clerk", "director"
NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
STORED = {"received_at": "2025-06-02T10:00:00+00:00", "state": "registered"}
NEW = "/admin/complaints/complaint/new"


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(("sqlite", 100_000), id="sqlite-100k"),
        pytest.param(("sqlite", 1_000_000), id="sqlite-1m"),
        pytest.param(("postgres", 100_000), id="postgres-100k", marks=pytest.mark.postgres),
        pytest.param(("postgres", 1_000_000), id="postgres-1m", marks=pytest.mark.postgres),
    ],
)
def stand(request, tmp_path_factory):
    backend, rows = request.param
    postgres_url = request.getfixturevalue("postgres_url") if backend == "postgres" else None
    with standing(tmp_path_factory.mktemp("stand"), backend, rows, postgres_url) as stand:
        yield stand


def title(what, stand):
    return f"{what}, {stand.rows:,} on {NAMES[stand.backend]}"


def many(visitor, address, expected):
    """Fetch a page a hundred times; an answer without the text expected counts for nothing."""

    def run(_number):
        for _ in range(REQUESTS):
            answer = visitor.get(address)
            assert answer.status_code == 200
            assert expected in answer.text

    return run


def test_the_newest_page_of_the_list(stand):
    """Eighty rows with names; the clerk sees what the own unit registered, the director everything."""
    floor = many(stand.visitor(), stand.address("floor"), "<table>")
    address = f"{stand.address('diwan')}/admin/complaints/complaint/?size={PAGE}"
    meter = stand.meter("diwan")
    people = {name: many(stand.visitor(name), address, 'class="main"') for name in (CLERK, DIRECTOR)}
    for run in (floor, *people.values()):
        run(0)
    best = race(meters={"floor": stand.meter("floor"), CLERK: meter, DIRECTOR: meter}, floor=floor, **people)
    tell(title("List, newest 80", stand), best, REQUESTS)


def filled(page, stand, number):
    """The counter's form as it was opened, filled in."""
    units, categories, places, _staff = stand.known
    return {
        "csrf_token": hidden(page, "csrf_token"),
        "token": hidden(page, "token"),
        "identity_kind": "none",
        "identity_none": "لم تبرز",
        "name": f"سعاد محمود قنديل {number}",
        "phone": "01012345678",
        "category_id": str(max(categories)),
        "place_id": str(places[-1]),
        "subject": f"كسر في ماسورة رئيسية {number}",
        "body": "المياه تغرق الشارع منذ الفجر، نرجو سرعة المعاينة واتخاذ اللازم.",
        "kind": "individual",
        "applicant_kind": "citizen",
        "channel": "counter",
        "unit_id": str(min(units)),
    }


def test_registering_a_complaint(stand):
    """With number, search text, sealed telephone, move, message and audit; the floor writes a row and an audit row."""
    clerk, bare = stand.visitor(CLERK), stand.visitor()
    new = stand.address("diwan") + NEW
    forms = [filled(clerk.get(new).text, stand, number) for number in range(REQUESTS * 6)]

    def post(visitor, address, form):
        answer = visitor.post(address, data=form, allow_redirects=False)
        assert answer.status_code == 302, answer.text[-3000:]

    def floor(_number):
        for n in range(REQUESTS):
            number = f"{_number}-{n}-{time.time_ns()}"
            form = forms[n] | {"number": number, "citizen": forms[n]["name"], **STORED}
            post(bare, stand.address("floor"), form)

    def diwan(_number):
        for _ in range(REQUESTS):
            post(clerk, new, forms.pop())

    floor(0)
    diwan(0)
    best = race(meters=stand.meters, floor=floor, diwan=diwan)
    tell(title("Register one", stand), best, REQUESTS)


def test_where_the_time_of_both_goes(stand):
    """The same two requests in this process, sampled."""
    app = create_app(read_settings(stand.environ))
    try:
        client = app.test_client()
        sign_in(client, f"/{CODE}/login", CLERK)
        address = f"/{CODE}/admin/complaints/complaint/?size={PAGE}"
        forms = [
            filled(client.get(f"/{CODE}{NEW}").get_data(as_text=True), stand, n) for n in range(REQUESTS)
        ]
        client.get(address)
        with sampling() as of_list:
            for _ in range(REQUESTS):
                assert client.get(address).status_code == 200
        with sampling() as of_create:
            for form in forms:
                assert client.post(f"/{CODE}{NEW}", data=form).status_code == 302
    finally:
        close(app)
    for what, found in (("List", of_list), ("Register", of_create)):
        tell_shares(title(what, stand), found)
