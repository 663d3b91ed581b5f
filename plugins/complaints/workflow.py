"""What may happen to a complaint, in which order and by whom: one table.

States, roles and duties as in the domain reference (2.2); this is the straight way from the
counter to the citizen. Nobody approves a reply that they wrote, or a complaint that they took in.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from core import State, Transition, Workflow
from plugins.complaints import forms, promises, steps
from plugins.complaints.codes import DRAFT
from plugins.complaints.models import MODEL

REGISTERED, EXAMINING, REFERRED = "registered", "examining", "referred"
IN_ACTION, REPLY_REVIEW, ANSWERED, CLOSED = "in_action", "reply_review", "answered", "closed"
RECEIVED = (REGISTERED, EXAMINING, REFERRED, IN_ACTION, REPLY_REVIEW, ANSWERED, CLOSED)

COMPLAINT = Workflow(
    model=MODEL,
    states=[
        State(DRAFT, _("Draft"), colour="grey"),
        State(REGISTERED, _("Registered"), colour="blue"),
        State(EXAMINING, _("Under examination"), colour="azure"),
        State(REFERRED, _("Referred to the competent body"), colour="indigo"),
        State(IN_ACTION, _("With the body, in action"), colour="purple"),
        State(REPLY_REVIEW, _("Reply received, under review"), colour="yellow"),
        State(ANSWERED, _("Answered"), open=False, colour="teal"),
        State(CLOSED, _("Closed"), open=False, colour="green"),
    ],
    transitions=[
        Transition(
            "register",
            (DRAFT,),
            REGISTERED,
            _("Register"),
            roles=("CLK", "OFF", "CIT"),
            duty="intake",
            guards=(steps.is_complete,),
            effect=steps.tell_number,
            public=True,
        ),
        Transition(
            "examine",
            (REGISTERED,),
            EXAMINING,
            _("Take for examination"),
            roles=("EXM", "OFF"),
            guards=(steps.is_cleared_for,),
            public=True,
        ),
        Transition(
            "refer",
            (EXAMINING,),
            REFERRED,
            _("Refer to a body"),
            roles=("EXM", "OFF"),
            form=forms.ReferForm,
            guards=(steps.is_cleared_for, steps.can_answer),
            effect=steps.refer,
            public=True,
            tells="note",
        ),
        Transition(
            "acknowledge",
            (REFERRED,),
            IN_ACTION,
            _("Acknowledge receipt"),
            roles=("FOC", "HED"),
            guards=(steps.is_with_actor,),
            effect=steps.acknowledge,
            public=True,
        ),
        Transition(
            "reply",
            (IN_ACTION,),
            REPLY_REVIEW,
            _("Send the reply"),
            roles=("FOC", "HED"),
            duty="reply",
            form=forms.ReplyForm,
            guards=(steps.is_with_actor,),
            effect=steps.reply,
            public=True,
            tells="text",
        ),
        Transition(
            "return_reply",
            (REPLY_REVIEW,),
            IN_ACTION,
            _("Return the reply for completion"),
            roles=("REV", "OFF"),
            form=forms.ReturnForm,
            guards=(steps.is_cleared_for,),
            effect=steps.return_reply,
            tells="reason",
        ),
        Transition(
            "approve",
            (REPLY_REVIEW,),
            ANSWERED,
            _("Approve the reply and inform the citizen"),
            roles=("REV", "DIR"),
            duty="approve",
            guards=(steps.is_cleared_for,),
            effect=steps.approve,
            public=True,
        ),
        Transition(
            "told_otherwise",
            (ANSWERED,),
            None,
            _("The citizen was told otherwise"),
            roles=("OFF", "DIR"),
            form=forms.ToldForm,
            guards=(steps.is_untold,),
            effect=steps.tell_otherwise,
            tells="how",
        ),
        Transition(
            "close",
            (ANSWERED,),
            CLOSED,
            _("Close"),
            roles=("OFF", "DIR", "SYS"),
            guards=(steps.is_citizen_told,),
            effect=steps.close,
            public=True,
        ),
        Transition(
            "reprint",
            RECEIVED,
            None,
            _("New tracking secret"),
            roles=("CLK", "OFF"),
            effect=steps.renew_secret,
        ),
    ],
    separate=[{"reply", "approve"}, {"intake", "approve"}],
    clocks=[
        promises.overall(
            runs=(REGISTERED, EXAMINING, REFERRED, IN_ACTION, REPLY_REVIEW), stops=(ANSWERED, CLOSED)
        )
    ],
)
