"""A governorate, and a channel whose behaviour a test decides."""

import pytest

from core.messages.channels import channels


@pytest.fixture
def channel(ground):
    """Stands in for `sms` during a test: counts what it is given and does what `does` says."""

    class Line:
        name = "sms"

        def __init__(self):
            self.given = []

        def send(self, message):
            self.given.append(message)
            return self.does(message)

        @staticmethod
        def does(message):
            return f"taken {message.key}"

    line = Line()
    with ground.app.app_context():
        known = channels()
    before = known["sms"]
    known["sms"] = line
    yield line
    known["sms"] = before


@pytest.fixture
def send(ground, governorate):
    """Queue messages; returns their keys."""
    from core.messages.outbox import queue

    def send(*keys, channel="sms", to="+201012345678", body="text", **more):
        with ground.session(governorate) as session:
            for key in keys:
                queue(channel, to, "Subject", body, effect_key=key, **more)
            session.commit()

    return send


@pytest.fixture
def messages(ground, governorate):
    """What is in the outbox, by key, told as the given attributes."""
    from sqlalchemy import select

    from core.messages.outbox import Message

    def read(*names):
        with ground.session(governorate) as session:
            rows = session.scalars(select(Message).order_by(Message.id))
            return {row.effect_key: tuple(getattr(row, name) for name in names) for row in rows}

    return read
