"""Which passwords are taken, and how they are kept."""

import pytest

from core.people.passwords import weakness
from core.people.sign_in import PER_ACCOUNT
from core.people.users import User

from .conftest import PASSWORD


@pytest.fixture(autouse=True)
def _language(english):
    """Sentences as the code has them."""


@pytest.mark.parametrize(
    ("new", "again", "said"),
    [
        ("short", "short", "at least 10"),
        ("a noisy evening", "another evening", "do not match"),
        ("password123", "password123", "first that are guessed"),
        ("CLERK of the water", "CLERK of the water", "user name"),
        (PASSWORD, PASSWORD, "different"),
    ],
)
def test_a_bad_new_password_is_refused_with_a_reason(browser, clerk, new, again, said):
    page = browser()
    page.sign_in("clerk")
    answer = page.post(
        "/password",
        token=page.token("/password"),
        password=PASSWORD,
        new_password=new,
        new_password_confirm=again,
    )
    assert answer.status_code == 422
    assert said in answer.text


def test_the_present_password_cannot_be_guessed_at_the_password_page(browser, clerk):
    page = browser()
    page.sign_in("clerk")
    token, new = page.token("/password"), "a noisy evening in Qus"
    answers = [
        page.post("/password", token=token, password=f"guess {n}", new_password=new, new_password_confirm=new)
        for n in range(PER_ACCOUNT + 1)
    ]
    assert [answer.status_code for answer in answers] == [422] * PER_ACCOUNT + [429]


@pytest.mark.parametrize(
    "password",
    [
        "1234567890",
        "aaaaaaaaaaaa",
        "qwertyuiop",
        "PASSWORD123",
        "diwan-demo-2026",
        "١٢٣٤٥٦٧٨٩٠",
        "lotfy-lotfy-lotfy",
    ],
)
def test_passwords_that_are_guessed_first_are_refused(app, password):
    with app.test_request_context():
        assert weakness(password, "lotfy")


@pytest.mark.parametrize("password", ["a quiet morning", "صباح هادئ في قنا", "x7!kQ0_zzP"])
def test_other_passwords_are_accepted_whatever_signs_they_have(app, password):
    with app.test_request_context():
        assert weakness(password, "lotfy") is None


def test_passwords_are_kept_as_argon2id(inside, clerk):
    with inside() as session:
        assert session.get(User, clerk).password.startswith("$argon2id$")
