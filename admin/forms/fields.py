"""Fields for typed values. Every number, day and code may be typed in either set of digits."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from wtforms import DateField, Field, IntegerField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.widgets import DateInput, DateTimeLocalInput, TextInput

from admin.dates import clock, local
from core.data.search import latin_digits
from core.data.time import read_day

LARGEST = 2**31 - 1
LTR = {"dir": "ltr", "autocomplete": "off"}
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a\u202b\u202d\u202e\ufeff\ud800-\udfff]")
"""Control characters, and those that turn what follows round; marks (U+200E/F) and isolates stay."""


def clean(text: Any) -> Any:
    """Typed text without invisible tricks and outer spaces."""
    return _UNWANTED.sub("", text.replace("\r\n", "\n")).strip() if isinstance(text, str) else text


def _with(defaults: dict[str, Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    return kwargs | {"render_kw": defaults | (kwargs.get("render_kw") or {})}


class LineField(StringField):
    """One line of free text in any language."""

    def __init__(self, label: Any = None, validators: Any = None, filters: Any = (), **kwargs: Any) -> None:
        super().__init__(label, validators, filters=[clean, *filters], **_with({"dir": "auto"}, kwargs))


class TextField(TextAreaField):
    """Several lines of free text."""

    def __init__(self, label: Any = None, validators: Any = None, filters: Any = (), **kwargs: Any) -> None:
        settings = _with({"dir": "auto", "rows": 5}, kwargs)
        super().__init__(label, validators, filters=[clean, *filters], **settings)


class CodeField(StringField):
    """A reference, code, phone or identity number: typed left to right, digits made 0-9."""

    def __init__(self, label: Any = None, validators: Any = None, filters: Any = (), **kwargs: Any) -> None:
        super().__init__(label, validators, filters=[clean, _latin, *filters], **_with(LTR, kwargs))


def _latin(text: Any) -> Any:
    return latin_digits(text) if isinstance(text, str) else text


class NumberField(IntegerField):
    """A whole number that the database can hold."""

    widget = TextInput()

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **_with(LTR | {"inputmode": "numeric"}, kwargs))

    def process_formdata(self, valuelist: list[str]) -> None:
        """Raises ValueError, shown at the field, for anything but a whole number."""
        text = latin_digits(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if not text:
            return
        if not re.fullmatch(r"[-+]?[0-9]{1,10}", text) or abs(int(text)) > LARGEST:
            raise ValueError(_("Enter a whole number."))
        self.data = int(text)


_SEPARATORS = str.maketrans("٬،٫", ",,.")
_AMOUNT = re.compile(r"[-+]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?")


class AmountField(Field):
    """A decimal number in either script, at most `places` digits after the point.

    A comma parts thousands, and nothing else: 1,5 is told back, for it might mean 1.5 or 15.
    """

    widget = TextInput()

    def __init__(
        self, label: Any = None, validators: Any = None, places: int | None = None, **kwargs: Any
    ) -> None:
        self.places = places
        super().__init__(label, validators, **_with(LTR | {"inputmode": "decimal"}, kwargs))

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else "" if self.data is None else format(self.data, "f")

    def process_formdata(self, valuelist: list[str]) -> None:
        """Raises ValueError, shown at the field, for anything but a number."""
        text = latin_digits(valuelist[0]).strip() if valuelist else ""
        text = text.translate(_SEPARATORS)
        self.data = None
        if not text:
            return
        if re.fullmatch(r"[-+]?[0-9]+,[0-9]+", text) and not _AMOUNT.fullmatch(text):
            point, plain = text.replace(",", "."), text.replace(",", "")
            raise ValueError(
                _("Write %(point)s or %(plain)s: a comma only parts thousands.", point=point, plain=plain)
            )
        if not _AMOUNT.fullmatch(text) or len(text) > 30:
            raise ValueError(_("Enter a number."))
        number = Decimal(text.replace(",", ""))
        if self.places is not None and number != round(number, self.places):
            raise ValueError(_("At most %(places)s digits after the point.", places=self.places))
        self.data = number


class DayField(DateField):
    """A day; the browser's own date input, or typed as 2026-11-19 or 19/11/2026."""

    widget = DateInput()

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **_with(LTR, kwargs))

    def process_formdata(self, valuelist: list[str]) -> None:
        """Raises ValueError, shown at the field, for what is no day."""
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            self.data = read_day(valuelist[0])
        except ValueError:
            raise ValueError(_("Enter a day, for example 2026-11-19.")) from None
        if not 1800 <= self.data.year <= 2200:
            raise ValueError(_("This year cannot be right."))


class MomentField(Field):
    """A day and time on the governorate's clock; kept in UTC; one left as it stands keeps its seconds."""

    widget = DateTimeLocalInput()

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **_with(LTR, kwargs))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{local(self.data):%Y-%m-%dT%H:%M}" if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Raises ValueError for what is no moment, also for the hour that summer time skips."""
        self.data = None
        text = latin_digits(valuelist[0]).strip() if valuelist else ""
        if not text:
            return
        try:
            naive = datetime.fromisoformat(text).replace(tzinfo=None)
            if not 1800 <= naive.year <= 2200:
                raise ValueError(text)
        except ValueError:
            raise ValueError(_("Enter a day and a time, for example 2026-11-19 09:30.")) from None
        moment = naive.replace(tzinfo=clock().zone).astimezone(UTC)
        if local(moment).replace(tzinfo=None) != naive:
            raise ValueError(_("This hour does not exist: the clocks are put forward then."))
        stored = self.object_data
        untouched = stored is not None and stored.replace(second=0, microsecond=0) == moment
        self.data = stored if untouched else moment


class ChoiceField(SelectField):
    """A choice of a few; `blank` puts an empty one on top that means None."""

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        choices: Sequence[tuple[Any, Any]] | Callable[[], Sequence[tuple[Any, Any]]] = (),
        blank: bool = False,
        **kwargs: Any,
    ) -> None:
        self.blank, self.known = blank, choices
        super().__init__(label, validators, choices=self._offered, coerce=self._read, **kwargs)

    def _offered(self) -> list[tuple[Any, Any]]:
        known = self.known() if callable(self.known) else self.known
        return [*([("", "—")] if self.blank else []), *known]

    def _read(self, value: Any) -> Any:
        """The stored value for what was posted: options may be numbers."""
        if value is None or value == "":
            return None if self.blank else ""
        known = self.known() if callable(self.known) else self.known
        return next((option for option, _words in known if str(option) == str(value)), str(value))

    def pre_validate(self, form: Any) -> None:
        """Raises ValidationError for a value that is not offered."""
        if self.data not in {None if value == "" else value for value, _words in self._offered()}:
            raise ValidationError(_("Choose one of the list."))
