"""Steps of the workflow and notes, from a record's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from admin.forms.form import Form
from admin.forms.relations import FIND
from admin.record_page import Heading
from admin.saving import accuse
from admin.workers import may_note, may_publish
from core.data.base import db
from core.data.scope import scope_in
from core.data.visibility import visible
from core.errors import Conflict, Invalid, NotAllowed, NotFound, NotPossible, Refused
from core.work.notes import PUBLIC, add_note
from core.work.transition import allowed, transition
from core.work.workflow import Transition

if TYPE_CHECKING:
    from admin.record_view import RecordView


def move(view: RecordView, record: Any, action: str) -> ResponseReturnValue:
    """The page of one step; when taken, the record again, or the list if it went out of reach."""
    step = view.workflow.transition(action) if view.workflow else None
    if step is None:
        raise NotFound(_("There is no such step."))
    if request.method != "POST" or FIND in request.form:
        if step not in allowed(record):
            raise NotPossible(_("“%(action)s” is not possible now, or not for you.", action=step.label))
        return _page(view, record, step, form_for(step))
    try:
        transition(record, action, request.form)
        db.session.commit()
    except (Invalid, NotPossible, Conflict) as refused:  # what was typed stays before the person's eyes
        db.session.rollback()
        form = form_for(step)
        form.validate()
        for field in form:
            field.errors = []
        if isinstance(refused, Invalid):
            accuse(form, refused)
        return _page(view, view.find(record.id), step, form, refused)
    flash(_("Done: %(action)s.", action=step.label), "success")
    seen = visible(record, scope_in(db.session()))
    return redirect(view.link("record", id=record.id) if seen else view.link())


def form_for(step: Transition) -> Any:
    """The step's form with what was posted; an empty one for a step without questions."""
    posted = request.form if request.method == "POST" else None
    form_class = step.form or Form
    return form_class(posted, meta={"csrf": False})


def _page(
    view: RecordView, record: Any, step: Transition, form: Any, refused: Refused | None = None
) -> ResponseReturnValue:
    view.prepare_step(record, step.action, form)
    page, possible = Heading(view, record), step in allowed(record)
    target = step.target if isinstance(step.target, str) else None
    html = view.show(
        "action.html",
        title=step.label,
        form=form,
        page=page,
        record=record,
        target=view.workflow.state(target) if target and view.workflow else None,
        save_label=step.label,
        sentence=str(refused) if refused else None,
        possible=possible,
        cancel_url=view.link("record", id=record.id),
        cancel_label=None if possible else _("To the record"),
        crumbs=view.crumbs((page.number, view.link("record", id=record.id)), (step.label, None)),
    )
    return html, refused.status if refused else 200


def note(view: RecordView, record: Any) -> ResponseReturnValue:
    """Add a note and show the record again."""
    if not may_note(record):
        raise NotAllowed(_("Your role does not permit notes here."))
    if request.form.get("visibility") == PUBLIC and not may_publish(view, record):
        raise NotAllowed(_("Your role does not permit notes to the citizen."))
    try:
        add_note(record, request.form.get("body", ""), request.form.get("visibility", ""))
        db.session.commit()
    except Invalid as refused:
        db.session.rollback()
        flash(str(next((s for sentences in refused.errors.values() for s in sentences), refused)), "danger")
        return redirect(view.link("record", id=record.id))
    flash(_("The note was added."), "success")
    return redirect(view.link("record", id=record.id))
