"""What a record's page shows, gathered once for the template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text

from admin.attachments import files_of
from admin.choices import choices_of
from admin.clocks import cards
from admin.columns import column_of
from admin.display import is_code, ref, show
from admin.sections import detail_sections
from admin.story import NoteForm, Told, story_of
from admin.workers import may_note, may_publish
from core.people.access import may, may_on
from core.work.transition import allowed
from core.work.workflow import State

if TYPE_CHECKING:
    from admin.record_view import RecordView


@dataclass(frozen=True)
class Stage:
    """A state on the status bar."""

    label: Any
    current: bool
    past: bool


@dataclass(frozen=True)
class Facts:
    """A section: (label, value, whether it takes the whole width) each."""

    title: Any
    facts: list[tuple[Any, Any, bool]]


@dataclass(frozen=True)
class Button:
    """A step that may be taken now."""

    label: Any
    url: str


class Heading:
    """What a record is called and where it stands."""

    def __init__(self, view: RecordView, record: Any) -> None:
        self.view, self.record = view, record
        self.number = _first(record, ("number", "code", "username")) or f"#{record.id}"
        self.subject = _first(record, ("subject", "title", "name"))
        self.name = self.number if hasattr(record, "number") else str(self.subject or self.number)
        """What its own pages are headed by: without a number its name, not its code."""
        self.title = f"{view.singular or view.title} {self.number}"
        self.state: State | None = view.workflow.state_of(record) if view.workflow else None


class RecordPage(Heading):
    """All that the page of `record` shows, gathered at once.

    Not when the template asks: there an AttributeError would pass for "no such value".
    """

    def __init__(self, view: RecordView, record: Any) -> None:
        super().__init__(view, record)
        self.steps = self._steps()
        self.actions = self._actions()
        self.edit_url = self._edit_url()
        self.sections = self._sections()
        self.clocks = cards(view, record)
        self.extra = view.detail_extra(record)
        self.files = files_of(view, record) if view.attachments else None
        self.story: list[Told] | None = story_of(view, record) if view.notes or view.workflow else None
        self.note_form = note_form(view, record) if view.notes and may_note(record) else None
        self.note_url = view.link("note", id=record.id) if view.notes else None

    def _sections(self) -> list[Facts]:
        """The sections that hold anything: an answer that nobody has written yet needs no card of dashes."""
        made = [
            Facts(section.title, [self._fact(name) for name in section.fields])
            for section in detail_sections(self.view)
        ]
        return [one for one in made if any(value not in ("", None) for _l, value, _w in one.facts)] or made[
            :1
        ]

    def _steps(self) -> list[Stage]:
        """The status bar; a state beside the usual path comes last."""
        workflow, present = self.view.workflow, self.state
        if workflow is None or present is None:
            return []
        codes = list(self.view.stages or [state.code for state in workflow.states])
        if present.code not in codes:
            codes.append(present.code)
        at = codes.index(present.code)
        return [Stage(workflow.state(code).label, i == at, i < at) for i, code in enumerate(codes)]

    def _actions(self) -> list[Button]:
        """The steps that this person may take now."""
        if self.view.workflow is None or not may("transition", self.view.label_name):
            return []
        return [
            Button(step.label, self.view.link("move", id=self.record.id, action=step.action))
            for step in allowed(self.record)
        ]

    def _edit_url(self) -> str | None:
        """Where to edit it, if this person may."""
        if not self.view.edit or not may_on("write", self.record) or not self.view.may_edit(self.record):
            return None
        return self.view.link("edit", id=self.record.id)

    def _fact(self, name: str) -> tuple[Any, Any, bool]:
        column = column_of(type(self.record), name)
        wide = column is not None and isinstance(column.type, Text)
        return self.view.label(name), shown_value(self.view, self.record, name), wide


def _first(record: Any, names: tuple[str, ...]) -> str:
    found = (getattr(record, name, None) for name in names)
    return next((str(text) for text in found if text), "")


def note_form(view: RecordView, record: Any) -> NoteForm:
    """The form of a note; without a choice of readers where the note is for colleagues anyway."""
    form = NoteForm()
    if not may_publish(view, record):
        form.visibility.choices = form.visibility.choices[:1]
    return form


def shown_value(view: RecordView, record: Any, name: str) -> Any:
    """A record's value as people read it."""
    owner: Any = record
    head, _dot, tail = name.partition(".")
    value = view.detail_value(owner, head)
    if tail and value is not None:
        value = getattr(value, tail)
    choices = choices_of(view, name)
    if choices is not None:
        return dict(choices).get(value, "" if value is None else value)
    if isinstance(value, str) and value and is_code(name):
        return ref(value)
    return show(value)
