"""Number and secret: what is tolerated, what is limited, and what a wrong pair learns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, func, select

from core.work.chain import AuditRow
from plugins.complaints import public
from plugins.complaints.progress import WORDS, read_number
from plugins.complaints.tracking import LENGTH, SIGNS, new_secret, read_secret, spell
from plugins.complaints.workflow import COMPLAINT

SECRETS = st.text(SIGNS, min_size=LENGTH, max_size=LENGTH)
MISREAD = {"0": "Oo٠", "1": "IiLl١۱", "V": "UuvV"}
WRONG = "Number and secret do not belong together"


@given(st.data())
def test_a_secret_is_read_however_it_is_typed(data):
    secret = data.draw(SECRETS)
    typed = "".join(
        data.draw(st.sampled_from(sign + sign.lower() + MISREAD.get(sign, ""))) for sign in secret
    )
    between = data.draw(st.sampled_from(["", "-", " ", "\u200f", "–"]))
    typed = between.join(typed[start : start + 4] for start in range(0, LENGTH, 4))
    assert read_secret(typed) == secret


@given(st.text(max_size=200))
def test_anything_else_is_no_secret_or_one_of_twelve_signs(typed):
    secret = read_secret(typed)
    assert secret == "" or (len(secret) == LENGTH and set(secret) <= set(SIGNS))


def test_secrets_are_random_and_spelt_in_groups():
    made = {new_secret() for _ in range(2000)}
    assert len(made) == 2000
    assert {sign for secret in made for sign in secret} == set(SIGNS)
    assert all(read_secret(spell(secret)) == secret for secret in made)


@given(st.integers(2000, 2099), st.integers(1, 99999))
def test_a_number_is_read_in_either_digit_set_and_order(year, n):
    written = f"{year}/{n:06d}"
    arabic = written.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    for typed in (written, arabic, f"{year}-{n:06d}", f" {year} / {n} ", f"{n:06d}/{year}"):
        assert read_number(typed) == written


def test_every_public_step_has_words_for_the_citizen():
    assert {step.action for step in COMPLAINT.transitions if step.public} <= WORDS.keys()


def test_the_secret_may_be_typed_badly_on_a_telephone(desk):
    taken = desk.register()
    year, n = taken.number.split("/")
    arabic = taken.number.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    for number, secret in (
        (taken.number, taken.secret.lower()),
        (arabic, taken.secret.replace("-", " ").replace("0", "o").replace("1", "l")),
        (f"{n}/{year}", taken.secret.replace("-", "")),
    ):
        assert "We received and registered" in desk.said(desk.track(number, secret))


def test_five_wrong_secrets_from_one_address_lock_the_number_and_an_unknown_number_alike(desk):
    taken = desk.register()
    for number in (taken.number, "2026/999999"):
        answers = [desk.track(number, "AAAA-BBBB-CCCC") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [422] * 5 + [429]
        assert WRONG in desk.said(answers[0])
        assert "Too many attempts" in desk.said(answers[5])
    assert desk.track(taken.number, taken.secret).status_code == 429, "the right one waits, too"


def test_a_stranger_does_not_keep_the_citizen_out(desk, monkeypatch):
    monkeypatch.setattr(public, "WRONG_IN_A_DAY", 3)
    waited = []
    monkeypatch.setattr(public, "sleep", waited.append)
    taken = desk.register()
    stranger, citizen = ({"REMOTE_ADDR": address} for address in ("198.51.100.7", "203.0.113.9"))
    wrong = [ask(desk, stranger, taken.number, "AAAA-BBBB-CCCC").status_code for _ in range(6)]
    assert wrong == [422] * 5 + [429]
    assert waited == [public.PAUSE] * 2, "a number that is tried too often answers slowly"
    assert ask(desk, citizen, taken.number, taken.secret).status_code == 200
    assert len(waited) == 2, "who knows the secret does not wait"


def ask(desk, environ, number, secret):
    """A citizen at another address asks by number and secret."""
    browser = desk.browser()
    browser.get("/complaints/track")
    sent = {"number": number, "secret": secret}
    return browser.post("/complaints/track", sent, environ_base=environ)


def test_only_what_is_shown_is_entered_in_the_audit(desk):
    taken = desk.register()
    before = entries(desk)
    assert desk.track(taken.number, "AAAA-BBBB-CCCC").status_code == 422
    assert desk.track("2026/999999", taken.secret).status_code == 422
    assert entries(desk) == before
    assert desk.track(taken.number, taken.secret).status_code == 200
    assert entries(desk) == before + 1


def entries(desk):
    with desk.session() as session:
        return session.scalar(select(func.count(AuditRow.seq)))


def test_a_right_secret_costs_no_attempt(desk):
    taken = desk.register()
    for _ in range(8):
        assert desk.track(taken.number, taken.secret).status_code == 200


def test_many_numbers_from_one_address_are_limited(desk):
    answers = [desk.track(f"2026/{n:06d}", "AAAA-BBBB-CCCC").status_code for n in range(21)]
    assert answers == [422] * 20 + [429]


def test_unknown_number_and_wrong_secret_cost_the_same_work(desk):
    taken = desk.register()
    assert _statements(desk, taken.number) == _statements(desk, "2026/999999")


def _statements(desk, number):
    found = []

    def note(connection, cursor, statement, *rest):
        found.append(statement)

    with desk.session() as session:
        engine = (session.info.get("binding") and session.info["binding"].engine) or session.get_bind()
        engine = getattr(engine, "engine", engine)
    event.listen(engine, "before_cursor_execute", note)
    try:
        page = desk.track(number, "AAAA-BBBB-CCCC")
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert page.status_code == 422
    return found, desk.said(page).replace(number, "")


def test_the_secret_means_nothing_in_another_governorate(desk, ground, backend):
    taken = desk.register()
    with ground.governorate("EG-SHR", backend=backend, modules=("complaints",)) as other:
        browser = type(desk.browser())(desk.app, other)
        browser.client.set_cookie("language", "en")
        browser.get("/complaints/track")
        answer = browser.post("/complaints/track", {"number": taken.number, "secret": taken.secret})
        assert answer.status_code == 422


@pytest.mark.parametrize("data", [{}, {"number": "2026/1"}, {"number": "x" * 500, "secret": "\x00"}])
def test_an_unfinished_form_is_told_so(desk, data):
    browser = desk.browser()
    browser.get("/complaints/track")
    assert browser.post("/complaints/track", data).status_code == 422


def test_the_number_of_the_qr_code_is_filled_in(desk):
    page = desk.browser().get("/complaints/track?number=2026/000123")
    assert 'value="2026/000123"' in page.get_data(as_text=True)


def test_public_notes_are_told_and_internal_ones_are_not(desk):
    taken = desk.register()
    staff = desk.staff("officer")
    staff.get(f"/admin/complaints/complaint/{taken.id}")
    staff.post(
        f"/admin/complaints/complaint/{taken.id}/note", {"body": "أحضر الفاتورة", "visibility": "public"}
    )
    staff.post(f"/admin/complaints/complaint/{taken.id}/note", {"body": "مكررة؟", "visibility": "internal"})
    page = desk.said(desk.track(taken.number, taken.secret))
    assert "أحضر الفاتورة" in page
    assert "مكررة؟" not in page
