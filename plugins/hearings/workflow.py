"""Planned, held, minuted: who writes the minute does not approve it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms.validators import InputRequired, Length, NumberRange

from admin import Form, NumberField, TextField
from core import Context, NotPossible, State, Transition, Workflow, present, pure

NEEDED = InputRequired(_("This is needed."))


class HeldForm(Form):
    """What is known when the day is over."""

    citizens = NumberField(_("Citizens heard"), [NEEDED, NumberRange(min=0, max=5000)])
    summary = TextField(_("Minute of the day"), [NEEDED, Length(min=10, max=4000)])


@pure
def has_come(hearing: Any, data: Mapping[str, Any], context: Context) -> None:
    """Guard: nobody has been heard before the day."""
    if hearing.held_on > present().local(context.at).date():
        raise NotPossible(_("This day has not come yet."))


def write_minute(hearing: Any, data: Mapping[str, Any], context: Context) -> None:
    """Effect: the count and the minute."""
    hearing.citizens, hearing.summary = data["citizens"], data["summary"]


HEARING = Workflow(
    model="hearings.hearing",
    states=[
        State("planned", _("Planned"), colour="blue"),
        State("held", _("Held"), colour="yellow"),
        State("minuted", _("Minute approved"), open=False, colour="green"),
    ],
    transitions=[
        Transition("hold", ("planned",), "held", _("Record the day"), roles=("HRS",), duty="minute",
                   form=HeldForm, guards=(has_come,), effect=write_minute),
        Transition("return_minute", ("held",), "planned", _("Return the minute"), roles=("HRA",)),
        Transition("approve", ("held",), "minuted", _("Approve the minute"), roles=("HRA",), duty="approve"),
    ],
    separate=[{"minute", "approve"}],
)  # fmt: skip
