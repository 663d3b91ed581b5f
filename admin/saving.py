"""Create and edit: read the form, fill the record, save it or say in one sentence why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from admin import conflict
from admin.display import comma
from admin.forms.files import posted
from admin.forms.populate import populate
from admin.forms.relations import FIND
from admin.record_page import Heading
from admin.sections import form_layout
from core.data.base import db
from core.data.scope import scope_in
from core.data.visibility import Governed, visible
from core.errors import Hidden, Invalid, NotAllowed, Refused
from core.people.access import may_on

if TYPE_CHECKING:
    from admin.record_view import RecordView


def create(view: RecordView) -> ResponseReturnValue:
    """The page for a new record; a saved one is shown."""
    form_class = view.form_of()
    form = form_class(posted(form_class))
    if request.method == "POST" and FIND not in request.form and form.validate():
        record, refused = save(view, form)
        if refused is None:
            return _saved(view, record)
        return _form_page(view, form, None, refused)
    return _form_page(view, form, None)


def edit(view: RecordView, record: Any) -> ResponseReturnValue:
    """The page for a stored record."""
    if not may_on("write", record) or not view.may_edit(record):
        raise NotAllowed(_("This record cannot be edited any more, or not by you."))
    form_class = view.form_of()
    form = form_class(posted(form_class), obj=record)
    hidden = conflict.inputs(view, form)
    if request.method != "POST" or FIND in request.form:
        return _form_page(view, form, record, hidden=hidden)
    merge = conflict.Merge(view, form)
    if not form.validate():
        _tell_taken(merge)
        return _form_page(view, form, record, hidden=hidden)
    if merge.open:
        return conflict.page(view, record, merge)
    _record, refused = save(view, form, record)
    if refused is None:
        _tell_taken(merge)
        return _saved(view, record)
    if isinstance(refused, Overtaken):
        stored = view.find(record.id)
        return conflict.page(view, stored, conflict.Merge(view, view.form_of()(request.form, obj=stored)))
    return _form_page(view, form, record, refused, hidden)


class Overtaken(Refused):
    """Another save came between reading and writing this one (409)."""


def _tell_taken(merge: conflict.Merge) -> None:
    if merge.taken:
        names = comma().join(str(change.label) for change in merge.taken)
        flash(_("Somebody else changed this meanwhile, and it was kept: %(names)s.", names=names), "message")


def _saved(view: RecordView, record: Any) -> ResponseReturnValue:
    """To the record; to the list if saving moved it out of the person's reach."""
    flash(_("Saved."), "success")
    seen = not isinstance(record, Governed) or visible(record, scope_in(db.session()))
    return redirect(view.link("record", id=record.id) if seen else view.link())


def save(view: RecordView, form: Any, record: Any = None) -> tuple[Any, Refused | None]:
    """Fill `record`, or a new one, from `form` and commit; the record, and why nothing was written if so."""
    session, new = db.session(), record is None
    try:
        with session.no_autoflush:
            record = view.make(form) if record is None else record
            populate(form, record)
            view.before_save(record, form)
        session.add(record)
        session.flush()
        if new and not may_on("create", record):
            raise NotAllowed(_("You do not hold the role for “%(action)s” here.", action=_("New")))
        session.commit()
    except Exception as error:
        session.rollback()
        refused = _reason(error)
        if refused is None:
            raise
        return record, refused
    return record, None


def _reason(error: Exception) -> Refused | None:
    """What a failed save means for the person; None for what is a fault of ours.

    A clash is told neutrally: the other row may be one that this person must not know of.
    """
    if isinstance(error, Refused):
        return error
    if isinstance(error, Hidden):
        return Invalid(_("Something that was chosen is not open to you. Nothing was saved."))
    if isinstance(error, StaleDataError):
        return Overtaken("")
    if isinstance(error, IntegrityError):
        return Invalid(
            _("It cannot be saved like this: a code or number is in use already, or something needed it.")
        )
    if isinstance(error, DataError):
        return Invalid(_("A value is too long or too large. Nothing was saved."))
    return None


def _form_page(
    view: RecordView, form: Any, record: Any, refused: Refused | None = None, hidden: Any = ()
) -> ResponseReturnValue:
    if isinstance(refused, Invalid):
        accuse(form, refused)
    status = refused.status if refused else 422 if form.errors else 200
    title = (
        view.create_label or _("New")
        if record is None
        else _("Edit %(number)s", number=_name_of(view, record))
    )
    name, back = (
        (_name_of(view, record), view.link("record", id=record.id)) if record is not None else (title, None)
    )
    crumbs = view.crumbs((name, back), (title, None)) if record is not None else view.crumbs((title, None))
    html = view.show(
        view.form_template,
        title=title,
        form=form,
        record=record,
        sections=form_layout(view, form),
        sentence=str(refused) if refused else None,
        hidden=hidden,
        cancel_url=back or view.link(),
        crumbs=crumbs,
    )
    return html, status


def accuse(form: Any, refused: Invalid) -> None:
    """Mark the fields that an Invalid names."""
    for name, sentences in refused.errors.items():
        if name in form:
            form[name].errors = [*form[name].errors, *sentences]


def _name_of(view: RecordView, record: Any) -> str:
    return Heading(view, record).name
