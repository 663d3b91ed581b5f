"""Files in a form: several at once, without script, refused in a sentence beside the field."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import LazyString
from werkzeug.datastructures import CombinedMultiDict, FileStorage, MultiDict
from wtforms import MultipleFileField

from core.errors import Invalid
from core.work.files.accepting import Accepted, accept_all, limits
from core.work.files.kinds import ACCEPT


class FilesField(MultipleFileField):
    """`data` is a list of `Accepted`. What may be sent stands beside it, in words.

    Nothing asks for the camera outright: a telephone offers it beside the files.
    """

    data: list[Accepted]

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("description", LazyString(limits))
        kwargs.setdefault("render_kw", {"accept": ACCEPT})
        super().__init__(label, validators, **kwargs)

    @property
    def lost(self) -> bool:
        """Whether files were chosen that this page, shown again, cannot hold: no browser keeps them."""
        return bool(self.raw_data and any(getattr(sent, "filename", "") for sent in self.raw_data))

    def process_data(self, value: Any) -> None:
        """None are there before any are sent."""
        self.data = []

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Raises ValueError, shown at the field, with a sentence for each file that is refused."""
        self.data = []
        try:
            self.data = accept_all(sent for sent in valuelist if isinstance(sent, FileStorage))
        except Invalid as refused:
            raise ValueError(refused.sentence) from refused


def posted(form: type[Any]) -> CombinedMultiDict[str, Any] | None:
    """What was posted for `form`, its files too; None for a page that was only asked for.

    A file counts only where the form asks for files: sent under the name of a text it is no text.
    """
    if request.method != "POST":
        return None
    asked = [(name, file) for name, file in request.files.items(multi=True) if _asks_files(form, name)]
    return CombinedMultiDict([MultiDict(asked), request.form])


def _asks_files(form: type[Any], name: str) -> bool:
    asked = getattr(getattr(form, name, None), "field_class", None)
    return isinstance(asked, type) and issubclass(asked, FilesField)
