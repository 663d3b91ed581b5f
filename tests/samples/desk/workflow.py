"""The way of a petition."""

from datetime import timedelta

from wtforms import Form, SelectField, StringField
from wtforms.validators import InputRequired, Length

from core import Clock, NotPossible, Promise, State, Transition, Workflow, pure


class ReplyForm(Form):
    text = StringField(validators=[InputRequired("Write the reply."), Length(max=200)])
    outcome = SelectField(choices=["REMOVED", "REFUSED"])


@pure
def refuse_stuck(record, data, context):
    if record.title == "stuck":
        raise NotPossible("It is stuck.")


def refuse_unwanted(record, data, context):
    if data.get("reason") == "none":
        raise NotPossible("Give a better reason.")


def write_reply(record, data, context):
    record.reply = data["text"]
    if record.title == "late refusal":
        raise NotPossible("The effect refuses.")


def state_before(record, data):
    return "registered"


def promised(record):
    """An urgent petition in hours, a slow one in ten days, a rumour never; else within three days."""
    if "urgent" in record.title:
        return Promise(hours=6)
    return None if "rumour" in record.title else Promise(days=10 if "slow" in record.title else 3)


PETITION = Workflow(
    model="desk.petition",
    states=[
        State("registered", "Registered"),
        State("examining", "Under examination"),
        State("waiting", "Waiting for the petitioner"),
        State("review", "Reply under review"),
        State("answered", "Answered", open=False),
        State("closed", "Closed", open=False),
    ],
    transitions=[
        Transition(
            "take", ("registered",), "examining", "Take", ("EXM",), guards=(refuse_stuck,), public=True
        ),
        Transition(
            "reply",
            ("examining",),
            "review",
            "Reply",
            ("FOC",),
            duty="reply",
            form=ReplyForm,
            effect=write_reply,
            tells="text",
        ),
        Transition("approve", ("review",), "answered", "Approve", ("REV",), duty="approve", public=True),
        Transition(
            "remark", ("registered", "examining"), None, "Remark", ("EXM",), guards=(refuse_unwanted,)
        ),
        Transition("put_back", ("examining",), state_before, "Put back", ("EXM",)),
        Transition("close", ("answered",), "closed", "Close", ("SYS",)),
        Transition("ask", ("examining",), "waiting", "Ask the petitioner", ("SYS",)),
        Transition("hear", ("waiting",), "examining", "The petitioner answered", ("SYS",)),
        Transition("drop", ("waiting",), "closed", "Drop", ("SYS",)),
    ],
    clocks=[
        Clock(
            "answer",
            "Answer",
            runs=("examining", "review"),
            pauses=("waiting",),
            stops=("answered", "closed"),
            promise=promised,
            began=lambda record: record.received_at,
            ended=lambda record: (
                None if "undated" in record.title else record.received_at + timedelta(days=9)
            ),
            promise_by=("title",),
        )
    ],
    separate=[{"reply", "approve"}],
)
