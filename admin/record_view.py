"""`RecordView`: the one base of every screen of records. What it shows is declared, how it behaves is here.

Routes below `/admin/<plugin>/<thing>/`, endpoint `<plugin>_<thing>.`: `index`, `create` (new),
`record` (<id>), `edit`, `move` (do/<action>), `clock` (clock/<which>), `note`; with `attachments` also
`attach`, `file`, `small` and `withdraw`. No GET writes; there is no delete.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from flask import Response, abort, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from wtforms import Form as WtForm

from admin import attachments, moving, saving
from admin.choices import choices_of, list_shower
from admin.clock_words import steps
from admin.clocks import named
from admin.columns import column_of, relation
from admin.cursor import LARGEST_ID
from admin.filters import Filter
from admin.filters_of import filters_of
from admin.forms.converter import build_form
from admin.labels import label
from admin.listing import Listing
from admin.record_page import Heading, RecordPage
from admin.sections import Section
from admin.view import View, is_ahead
from core.access import Access
from core.data.base import db
from core.data.labels import label as label_of
from core.data.scope import ORDINARY
from core.data.search import latin_digits
from core.data.visibility import select_visible
from core.errors import NotFound
from core.language import N_
from core.modules.problem import Unusable
from core.people.access import may
from core.work import audit
from core.work.workflow import Workflow, workflow_of

READ, CREATE, WRITE, MOVE = "read", "create", "write", "transition"


class RecordView(View):
    """Subclass it and say `model`, `title`, `list_columns`, `form_sections`; the rest has defaults.

    Names in columns, filters and sections are columns, many-to-one relations ("unit" also where
    there is only `unit_id`) or a relation's column ("category.code").
    """

    model: ClassVar[type[Any]]
    singular: ClassVar[Any] = None
    """ "Complaint": heads the record's page before its number."""
    parts: ClassVar[Mapping[str, Any]] = {}
    """By label: what records that hang on these are called, where they have no screen of their own."""
    labels: ClassVar[Mapping[str, Any]] = {}
    """Words for names; common ones are known (admin.labels)."""
    help: ClassVar[Mapping[str, Any]] = {}
    """A sentence below a field's label."""
    choices: ClassVar[Mapping[str, Sequence[tuple[Any, Any]] | Callable[[], Sequence[tuple[Any, Any]]]]] = {}
    """(stored value, words) for columns with few values."""
    # --- the list
    list_columns: ClassVar[tuple[str, ...]] = ()
    list_also: ClassVar[tuple[str, ...]] = ()
    """Columns that formatters need and the list does not show."""
    list_formatters: ClassVar[Mapping[str, Callable[[Any, Mapping[str, Any]], Any]]] = {}
    """By column: (value, all values of the row by name) -> text or Markup."""
    wide_columns: ClassVar[tuple[str, ...]] = ("subject", "title", "name")
    sort: ClassVar[str] = "id desc"
    sortable: ClassVar[tuple[str, ...]] = ()
    """Further columns to sort by; each needs an index (column, id)."""
    filters: ClassVar[tuple[str | Filter, ...]] = ()
    search: ClassVar[bool] = True
    search_hint: ClassVar[Any] = None
    page_size: ClassVar[int] = 40
    empty: ClassVar[Any] = None
    """A sentence for a list without records: what they are, how one comes to be."""
    # --- the record
    detail_sections: ClassVar[tuple[Section, ...]] = ()
    """As `form_sections` where not given; without either all plain columns, read only."""
    stages: ClassVar[tuple[str, ...]] = ()
    """States of the status bar; all of the workflow where not given."""
    notes: ClassVar[bool] = True
    public_notes_by: ClassVar[tuple[str, ...] | None] = None
    """Roles that may write notes to the citizen; without, everybody who may write notes at all."""
    attachments: ClassVar[bool] = False
    """Whether files hang on these records; added by who may write or move the record."""
    # --- the form
    create: ClassVar[bool] = True
    edit: ClassVar[bool] = True
    create_label: ClassVar[Any] = None
    form_sections: ClassVar[tuple[Section, ...]] = ()
    """What may be typed: needed with `create` or `edit`, unless there is a `form_class`."""
    form_class: ClassVar[type[WtForm] | None] = None
    """A form of one's own instead of the one made from `form_sections`."""
    form_extra: ClassVar[Mapping[str, Any]] = {}
    """Fields by name that no column gives: sealed values, uploads."""
    form_needed: ClassVar[tuple[str, ...]] = ()
    """Names that must be filled in although their columns may be empty."""
    relation_criteria: ClassVar[Mapping[str, Callable[[], Any]]] = {}
    """By relation: a function that gives the condition on what may be chosen."""
    list_template: ClassVar[str] = "list.html"
    record_template: ClassVar[str] = "record.html"
    form_template: ClassVar[str] = "form.html"

    page_names = {"create_page": "create", "edit_page": "edit"}

    def __init__(self, plugin: str = "") -> None:
        if (self.create or self.edit) and not (self.form_sections or self.form_class):
            raise Unusable(
                N_("Its screen '%(name)s' does not say the fields of its form."), name=type(self).__name__
            )
        self.label_name = label_of(self.model)
        owner, _dot, thing = self.label_name.partition(".")
        super().__init__(f"{owner}_{thing}", f"/admin/{owner}/{thing}")
        self.plugin = plugin
        self._form_class: type[WtForm] | None = None

    # --- what a subclass may replace

    def list_where(self) -> Sequence[Any]:
        """Further conditions of the list."""
        return ()

    def make(self, form: Any) -> Any:
        """The new record that a valid form will fill."""
        return self.model()

    def before_save(self, record: Any, form: Any) -> None:
        """After the form's values are on the record, before the flush; raise Refused or Invalid to stop."""

    def prepare_step(self, record: Any, action: str, form: Any) -> None:
        """A step's form is about to be shown: may propose values."""

    def opened(self, record: Any) -> None:
        """A person opened the record's page (never HEAD or a prefetch): may log it."""

    def detail_extra(self, record: Any) -> Any:
        """Markup below the details."""
        return ""

    def detail_value(self, record: Any, name: str) -> Any:
        """A value of the record's page; replace it to mask one."""
        if hasattr(type(record), name):
            return getattr(record, name)
        key, target = relation(self.model, name)
        number = getattr(record, key.key)
        return None if number is None else db.session.get(target, number)

    def may_edit(self, record: Any) -> bool:
        """Whether this very record may be edited, besides the right to edit any."""
        return True

    # --- what the pages ask

    @cached_property
    def workflow(self) -> Workflow | None:
        """The model's workflow."""
        return workflow_of(self.model)

    def label(self, name: str) -> Any:
        """Words for a column or relation."""
        return label(self, name)

    def choices_of(self, name: str) -> Any:
        """(value, words) of a column, or None: states of the workflow, or `choices`."""
        return choices_of(self, name)

    def list_shower(self, name: str) -> Callable[[Any, Mapping[str, Any]], Any]:
        """How the list shows a column."""
        return list_shower(self, name)

    def list_filters(self) -> list[Filter]:
        """The list's filters."""
        return filters_of(self)

    def default_order(self) -> str:
        """`sort` as in addresses: "-received_at"."""
        name, _space, direction = self.sort.partition(" ")
        return f"-{name}" if direction.strip() == "desc" else name

    def sortable_columns(self) -> tuple[str, ...]:
        """Columns that the list can be sorted by."""
        return (self.default_order().removeprefix("-"), *self.sortable)

    def form_of(self) -> type[Any]:
        """The class of the form."""
        if self._form_class is None:
            self._form_class = self.form_class or build_form(self)
        return self._form_class

    def find(self, key: int) -> Any:
        """The record; NotFound alike for what is missing and what is hidden.

        Whoever opens a confidential one by any page is entered in the audit; a fetch ahead is shown nothing.
        """
        record = db.session.get(self.model, key) if 0 < key <= LARGEST_ID else None
        if record is None:
            raise NotFound(_("There is nothing at this address, or it is not open to you."))
        if getattr(record, "confidentiality", ORDINARY) > ORDINARY and request.method == "GET":
            if is_ahead():
                abort(Response(status=204))
            audit.record("viewed", record)
        return record

    def access_of(self, method: str) -> Access | None:
        """Rights by page; pages that a view does without have no route."""
        absent = {"create_page": not self.create, "edit_page": not self.edit, "note": not self.notes}
        absent |= dict.fromkeys(("attach", "file", "small", "withdraw"), not self.attachments)
        if absent.get(method) or (method == "move" and self.workflow is None):
            return None
        if method == "clock" and not (self.workflow and self.workflow.clocks):
            return None
        verbs = {"create_page": CREATE, "edit_page": WRITE, "move": MOVE}
        if method in ("note", "attach", "withdraw"):
            return Access("signed_in")  # whoever may write or move the record; the page itself asks
        return Access("right", self.label_name, verbs.get(method, READ))

    # --- pages

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """The list; a search for exactly one number goes straight to its record."""
        given = {name for name, value in request.args.items() if value}
        jump = self._numbered(request.args["q"]) if given == {"q"} else None
        if jump is not None:
            return redirect(self.link("record", id=jump))
        listing = Listing(self, request.args)
        may_create = self.create and may(CREATE, self.label_name)
        return self.show(self.list_template, listing=listing, may_create=may_create), listing.status

    def _numbered(self, text: str) -> int | None:
        column = column_of(self.model, "number")
        text = latin_digits(text).strip()
        if column is None or not text or "\x00" in text or len(text) > 40:
            return None
        found: int | None = db.session.execute(
            select_visible(self.model, self.model.id).where(column == text)
        ).scalar()
        return found

    @expose("/<int:id>")
    def record(self, id: int) -> ResponseReturnValue:  # noqa: A002 - the word of the address
        """The record's page."""
        record = self.find(id)
        if request.method == "GET" and not is_ahead():
            self.opened(record)
        return self.show(self.record_template, **self.record_values(record))

    def record_values(self, record: Any) -> dict[str, Any]:
        """What the record's template is given."""
        page = RecordPage(self, record)
        return {"page": page, "record": record, "crumbs": self.crumbs((page.number, None))}

    @expose("/new", methods=("GET", "POST"))
    def create_page(self) -> ResponseReturnValue:
        """The empty form; saved, it leads to the record."""
        return saving.create(self)

    @expose("/<int:id>/edit", methods=("GET", "POST"))
    def edit_page(self, id: int) -> ResponseReturnValue:  # noqa: A002
        """The form with what is stored; 409 with a merge page if somebody else was faster."""
        return saving.edit(self, self.find(id))

    @expose("/<int:id>/do/<action>", methods=("GET", "POST"))
    def move(self, id: int, action: str) -> ResponseReturnValue:  # noqa: A002
        """One step of the workflow: its form, then the step."""
        return moving.move(self, self.find(id), action)

    @expose("/<int:id>/clock/<which>")
    def clock(self, id: int, which: str) -> ResponseReturnValue:  # noqa: A002
        """Why the date of one of the record's clocks is what it is."""
        record = self.find(id)
        card, page = named(self, record, which), Heading(self, record)
        crumbs = self.crumbs((page.number, self.link("record", id=id)), (_("Why this date?"), None))
        values = {"card": card, "page": page, "record": record, "crumbs": crumbs}
        return self.show("clock.html", title=_("Why this date?"), steps=steps(record, card.told), **values)

    @expose("/<int:id>/note", methods=("POST",))
    def note(self, id: int) -> ResponseReturnValue:  # noqa: A002
        """A note in the timeline."""
        return moving.note(self, self.find(id))

    @expose("/<int:id>/files", methods=("POST",))
    def attach(self, id: int) -> ResponseReturnValue:  # noqa: A002
        """Further files."""
        return attachments.add(self, self.find(id))

    @expose("/<int:id>/files/<int:file>")
    def file(self, id: int, file: int) -> ResponseReturnValue:  # noqa: A002
        """One of its files, to be saved."""
        return attachments.give(self, self.find(id), file)

    @expose("/<int:id>/files/<int:file>/small")
    def small(self, id: int, file: int) -> ResponseReturnValue:  # noqa: A002
        """A small picture of one of its pictures."""
        return attachments.give_small(self, self.find(id), file)

    @expose("/<int:id>/files/<int:file>/withdraw", methods=("POST",))
    def withdraw(self, id: int, file: int) -> ResponseReturnValue:  # noqa: A002
        """Give one of its files to nobody any more."""
        return attachments.take_away(self, self.find(id), file)
