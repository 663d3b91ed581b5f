"""Coming in: who may, and how often one may try."""

from datetime import timedelta

import pytest

from core.data.time import freeze, now
from core.people import sign_in
from core.people.sign_in import PER_ACCOUNT

from .conftest import PASSWORD

WRONG = "The user name or the password is not right."


@pytest.fixture(autouse=True)
def _language(english):
    """Sentences as the code has them."""


SPELLINGS = ["clerk", "CLERK", " clerk ", "clerk@example.org", "CLERK@EXAMPLE.ORG", "\u202bclerk\u202c"]


def test_a_clerk_signs_in_by_user_name_or_mail_in_any_spelling(browser, clerk):
    for name in SPELLINGS:
        page = browser()
        assert not page.inside
        assert page.sign_in(name).status_code == 302
        assert page.inside


def test_arabic_digits_in_a_user_name_are_the_same_name(browser, person):
    person("clerk7")
    assert browser().sign_in("clerk٧").status_code == 302


WRONG_PAIRS = [
    *[("clerk", password) for password in ("wrong", "a" * 5000, "\x00", PASSWORD + "\x00", PASSWORD.upper())],
    *[(name, PASSWORD) for name in ("nobody", "@", "' or 1=1 --", "x" * 5000, "clerk@example", "\u200f")],
]


def test_every_wrong_attempt_gets_the_same_answer(browser, clerk):
    for name, password in WRONG_PAIRS:
        answer = browser().sign_in(name, password)
        assert (answer.status_code, answer.text.splitlines()[2:]) == (422, [WRONG]), (name, password)
    assert browser().sign_in("", "").status_code == 422


def test_bytes_that_are_no_text_are_a_wrong_name(browser, clerk):
    page = browser()
    body = f"csrf_token={page.token()}&password=x&username=".encode() + b"%ED%A0%80%FF"
    answer = page.client.post("/EG-KN/login", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422


def test_a_closed_account_learns_so_only_with_the_right_password(browser, person):
    person("gone", "WATER:CLK", active=False)
    assert browser().sign_in("gone", "wrong").text.endswith(WRONG)
    refused = browser().sign_in("gone")
    assert (refused.status_code, refused.text.splitlines()[-1]) == (
        403,
        "This account is closed. Ask your administrator.",
    )


def test_a_form_without_its_token_does_nothing(browser, clerk, app):
    assert browser().sign_in("clerk", token="").status_code == 400
    assert browser().post("/logout", token="").status_code == 400


def test_ten_wrong_attempts_then_not_even_the_right_password(browser, clerk):
    """P14: at most ten in a quarter of an hour, from wherever they come."""
    for attempt in range(PER_ACCOUNT):
        assert browser(REMOTE_ADDR=f"192.0.2.{attempt}").sign_in("clerk", "wrong").status_code == 422
    for name in ("clerk", "clerk@example.org"):
        refused = browser(REMOTE_ADDR="192.0.2.99").sign_in(name)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "900")
        assert "quarter of an hour" in refused.text
    with freeze(now() + timedelta(minutes=16)):
        assert browser().sign_in("clerk").status_code == 302


def test_an_unknown_name_is_locked_like_a_known_one(browser, clerk):
    answers = {
        name: [browser().sign_in(name, "wrong").status_code for _ in range(PER_ACCOUNT + 1)]
        for name in ("clerk", "nobody")
    }
    assert answers["clerk"] == answers["nobody"] == [422] * PER_ACCOUNT + [429]


def test_right_attempts_are_not_held_against_anybody(browser, clerk):
    for _ in range(PER_ACCOUNT + 2):
        assert browser().sign_in("clerk").status_code == 302


def test_a_right_attempt_does_not_wipe_out_the_wrong_ones_before_it(browser, clerk):
    """Else an attacker would only have to wait for the clerk's own sign-in."""
    for _ in range(PER_ACCOUNT - 1):
        browser().sign_in("clerk", "wrong")
    assert browser().sign_in("clerk").status_code == 302
    assert browser().sign_in("clerk", "wrong").status_code == 422
    assert browser().sign_in("clerk", "wrong").status_code == 429


def test_one_address_cannot_spray_over_all_accounts(browser, office, monkeypatch):
    monkeypatch.setattr(sign_in, "PER_ADDRESS", 12)
    page = browser(REMOTE_ADDR="198.51.100.7")
    token = page.token()
    answers = [page.sign_in(f"user{n}", "wrong", token=token).status_code for n in range(14)]
    assert answers == [422] * 12 + [429] * 2
    assert browser(REMOTE_ADDR="198.51.100.8").sign_in("user1", "wrong").status_code == 422


def test_wrong_attempts_stay_counted_though_nothing_else_is_written(browser, clerk, logins):
    browser().sign_in("clerk", "wrong")
    assert logins() == []


@pytest.mark.parametrize(
    "path", ["https://evil.example", "//evil.example", "/\\evil.example", "\thttps://evil.example"]
)
def test_nobody_is_sent_to_another_host_after_signing_in(browser, clerk, path):
    answer = browser().post("/login", username="clerk", password=PASSWORD, next=path)
    assert answer.status_code == 302
    assert answer.location.startswith(("/EG-KN/", "/%5C", "admin.index"))


def test_messages_of_flask_security_come_in_arabic(browser, clerk, app, monkeypatch):
    monkeypatch.setattr(app.extensions["babel"], "locale_selector", lambda: "ar")
    page = browser()
    page.sign_in("clerk")
    answer = page.post(
        "/password",
        token=page.token("/password"),
        password="wrong",
        new_password="a",
        new_password_confirm="a",
    )
    assert "Invalid password" not in answer.text
    assert any("\u0600" < sign < "\u06ff" for sign in answer.text)
