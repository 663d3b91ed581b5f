"""What a page offers to whoever reads it: forms with their fields, and addresses with their queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

SOON = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
BY_KIND = {"date": SOON, "datetime-local": f"{SOON}T10:00", "number": "1", "email": "a@example.org"}
BY_NAME = {
    "identity": "29001012701239",
    "phone": "01012345678",
    "email": "person@example.org",
    "username": "somebody.new",
    "code": "NEW",
    "website": "",
    "new_password": "harbour-violet-93",
    "new_password_confirm": "harbour-violet-93",
    "password": "mirror-lantern-47",
}
"""What a person would enter there, where any text will not do."""


PAPER = "@paper.pdf"
"""What stands in a form for a file that is chosen."""


@dataclass
class Field:
    """One named input. `options` are the values of a select or of radio buttons."""

    name: str
    kind: str = "text"
    value: str = ""
    options: list = field(default_factory=list)
    required: bool = False

    @property
    def is_button(self):
        """Whether it is sent only when pressed, one of a form at a time."""
        return self.kind in ("button", "submit", "image", "reset")


@dataclass
class Form:
    """A form as written in the page; `fields` by name."""

    action: str
    method: str
    fields: dict = field(default_factory=dict)


class Reader(HTMLParser):
    """Collects the forms and links of one page."""

    def __init__(self, text):
        super().__init__()
        self.forms, self.links, self._select = [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").upper()))
        elif tag in ("input", "select", "textarea", "button") and given.get("name") and self.forms:
            self._take(tag, given)
        elif tag == "option" and self._select is not None:
            value = given.get("value", "")
            self._select.options.append(value)
            if "selected" in given:
                self._select.value = value

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = None

    def _take(self, tag, given):
        fields, name = self.forms[-1].fields, given["name"]
        usual = {"input": "text", "button": "submit"}.get(tag, tag)
        found = fields.setdefault(name, Field(name, given.get("type", usual)))
        found.required |= "required" in given
        if tag == "select":
            self._select = found
        elif found.is_button:
            found.options.append(given.get("value", ""))
        elif found.kind in ("radio", "checkbox"):
            found.options.append(given.get("value", "on"))
            if "checked" in given:
                found.value = given.get("value", "on")
        else:
            found.value = given.get("value", "")


def query_names(address):
    """The names of the query keys of an address."""
    return {name for name, _ in parse_qsl(urlsplit(address).query, keep_blank_values=True)}


def fill(found, text="نص يكفي للتجربة"):
    """A value for a field as a person would enter it: what stands there, else something that fits."""
    if found.value:
        return found.value
    if found.name in BY_NAME:
        return BY_NAME[found.name]
    chosen = next((option for option in found.options if option), None)
    if chosen is not None and found.kind != "checkbox":
        return chosen
    if found.kind == "file":
        return PAPER
    if found.kind in ("hidden", "checkbox", "search"):
        return ""
    return BY_KIND.get(found.kind, text)
