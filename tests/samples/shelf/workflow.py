"""A book is on its shelf, lent, or lost."""

from wtforms.validators import InputRequired

from admin import Form, LineField
from core import NotPossible, State, Transition, Workflow


class LendForm(Form):
    reader = LineField("Reader", [InputRequired("Who takes it?")])


def refuse_rare(record, data, context):
    if record.rare:
        raise NotPossible("A rare book is not lent.")


BOOK = Workflow(
    model="shelf.book",
    states=[
        State("shelved", "On its shelf", colour="green"),
        State("lent", "Lent", colour="orange"),
        State("lost", "Lost", open=False, colour="red"),
    ],
    transitions=[
        Transition(
            "lend",
            ("shelved",),
            "lent",
            "Lend",
            ("LIB",),
            form=LendForm,
            guards=(refuse_rare,),
            tells="reader",
        ),
        Transition("take_back", ("lent",), "shelved", "Take back", ("LIB",)),
        Transition("write_off", ("lent",), "lost", "Write off", ("ADM",)),
    ],
)
