"""The same form sent twice at the same moment: an impatient double click, a browser that tries again."""

import re
import threading

import pytest
from sqlalchemy import select

from plugins.complaints import registration
from plugins.complaints.models import Applicant, Complaint

from .test_counter import NEW, count, fill, secret_on

CLICKS, ROUNDS = 5, 4
"""So many complaints a day a telephone may hand in: on the public page the sixth click is refused."""


@pytest.fixture
def at_once(backend, monkeypatch):
    """On PostgreSQL nobody goes on before all have found that the form was not sent yet.

    SQLite lets one writer in at a time: there they only come at the same moment.
    """
    look, gates = registration._sent_before, threading.local()
    meeting = threading.Barrier(CLICKS)

    def look_together(draft):
        found = look(draft)
        first = not getattr(gates, "passed", threading.current_thread() is threading.main_thread())
        gates.passed = True
        if first and backend == "postgres":
            meeting.wait(20)
        return found

    monkeypatch.setattr(registration, "_sent_before", look_together)


def send_at_once(desk, browser, path, sent):
    """Post the same form by as many threads as clicks, each with the browser's own cookies."""
    start, answers, errors = threading.Barrier(CLICKS), [], []
    cookies = {cookie.key: cookie.value for cookie in browser.client._cookies.values()}

    def click():
        try:
            client = desk.app.test_client(use_cookies=False)
            header = "; ".join(f"{key}={value}" for key, value in cookies.items())
            start.wait(20)
            answers.append(
                client.post(
                    f"/{desk.code}{path}",
                    data=sent | {"csrf_token": browser.token},
                    headers={"Cookie": header},
                )
            )
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=click) for _ in range(CLICKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    return answers


def test_a_counter_form_sent_by_many_clicks_is_one_complaint(desk, at_once):
    browser, sent = fill(desk)
    answers = send_at_once(desk, browser, NEW, sent)
    assert [answer.status_code for answer in answers] == [302] * CLICKS
    assert len({answer.location for answer in answers}) == 1, "all lead to the same receipt"
    with desk.session() as session:
        complaint = session.scalars(select(Complaint)).one()
        assert len(session.scalars(select(Applicant.id)).all()) == 1
        assert complaint.number.endswith("/000001")
    browser.get(answers[0].location)
    following = desk.register()
    assert following.number.endswith("/000002"), "no number was lost over it"


def test_it_stays_one_in_round_after_round(desk):
    """Without a meeting point: whatever moment the threads happen to come at."""
    for n in range(ROUNDS):
        browser, sent = fill(desk)
        answers = send_at_once(desk, browser, NEW, sent)
        assert {answer.status_code for answer in answers} == {302}
        assert count(desk) == n + 1


def test_every_click_gets_the_same_secret(desk, at_once):
    browser, sent = fill(desk)
    secrets = set()
    for answer in send_at_once(desk, browser, NEW, sent):
        client = desk.app.test_client()
        for cookie in answer.headers.getlist("Set-Cookie"):
            key, _, value = cookie.partition(";")[0].partition("=")
            client.set_cookie(key, value, path=f"/{desk.code}/")
        secrets.add(secret_on(client.get(answer.location)))
    assert len(secrets) == 1


def test_a_citizens_form_sent_by_many_clicks_is_one_complaint(desk, at_once):
    browser = desk.browser()
    page = browser.get("/complaints/new").get_data(as_text=True)
    token = re.search(r'name="token"[^>]* value="([^"]+)"', page)[1]
    answers = send_at_once(desk, browser, "/complaints/new", desk.form(token=token))
    assert [answer.status_code for answer in answers] == [302] * CLICKS
    assert count(desk) == 1
