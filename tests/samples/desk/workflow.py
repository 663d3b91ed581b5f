"""The way of a petition."""

from wtforms import Form, SelectField, StringField
from wtforms.validators import InputRequired, Length

from core import NotPossible, State, Transition, Workflow, pure


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


PETITION = Workflow(
    model="desk.petition",
    states=[
        State("registered", "Registered"),
        State("examining", "Under examination"),
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
    ],
    separate=[{"reply", "approve"}],
)
