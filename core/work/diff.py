"""What changed in a row, as the audit keeps it: old and new values, digests for what is personal."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from sqlalchemy import LargeBinary, inspect
from sqlalchemy.orm import ColumnProperty, Mapper

DERIVED = frozenset({"search_text", "row_version"})
"""Computed from other columns, and search text holds names in clear: never in the audit."""
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
SECRET = re.compile(r"password|secret|token|uniquifier|_sealed$|_index$|_hash$")
"""Names of columns that are digested even if the model forgot to declare them personal."""

ABOUT_PEOPLE = re.compile(
    r"(^|_)(name|names|forename|surname|father|mother|spouse|phone|mobile|telephone|whatsapp|e?mail|identity"
    r"|national_id|passport|birthday|birth_date|born_on|iban|applicant|citizen|owner|witness)(_ar|_en|_typed)?$"
)
"""Names of columns that usually say who somebody is, or where they are reached."""


def sounds_personal(name: str) -> bool:
    """Whether a column of this name, if it holds text, probably says something about a person."""
    return bool(ABOUT_PEOPLE.search(name))


def plain(value: Any) -> Any:
    """`value` as JSON can hold it: moments in ISO 8601, fractions as text, files by their name.

    Signs that no database stores (NUL, halves of surrogate pairs) are dropped.
    """
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str):
        return UNSTORABLE.sub("", value)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (float, Decimal, timedelta)):
        return str(value)
    return value.hex() if isinstance(value, bytes) else str(getattr(value, "filename", value))


@cache
def audited_columns(mapper: Mapper[Any]) -> dict[str, bool]:
    """Attribute name -> whether it is personal, for every column the audit keeps.

    Personal are the names in `__personal__` (and their sealed columns), bytes and secrets.
    """
    cls = mapper.class_
    personal = set(getattr(cls, "__personal__", ()))
    skipped = DERIVED.union(getattr(cls, "__unaudited__", ()))
    return {
        attribute.key: attribute.key in personal or _is_secret(attribute)
        for attribute in mapper.column_attrs
        if attribute.key not in skipped
    }


def personal_fields(mapper: Mapper[Any]) -> set[str]:
    """What a reader of the model calls personal: `__personal__`, and sealed columns by their plain names."""
    sealed = {name for name in mapper.column_attrs.keys() if name.endswith("_sealed")}  # noqa: SIM118
    named = sealed.union(getattr(mapper.class_, "__personal__", ()))
    return {name.removesuffix("_sealed").removesuffix("_index") for name in named}


def _is_secret(attribute: ColumnProperty[Any]) -> bool:
    binary = isinstance(attribute.columns[0].type, LargeBinary)
    return binary or SECRET.search(attribute.key) is not None


def values(row: Any, shown: Digest) -> dict[str, Any]:
    """All values of a row that is new or goes; empty ones are left out."""
    state = inspect(row)
    return {
        name: shown(name, state.dict[name], personal)
        for name, personal in audited_columns(state.mapper).items()
        if state.dict.get(name) is not None
    }


def changes(row: Any, shown: Digest) -> dict[str, list[Any]]:
    """[old, new] per changed column, and per changed list of another table's rows their ids."""
    state = inspect(row)
    found: dict[str, list[Any]] = {}
    for name, personal in audited_columns(state.mapper).items():
        history = state.attrs[name].history
        if history.has_changes():
            sides = [list(history.deleted or ()), list(history.added or ())]
            found[name] = [shown(name, side[0], personal) if side else None for side in sides]
    for relation in state.mapper.relationships:
        if relation.secondary is not None and not relation.viewonly:
            history = state.attrs[relation.key].history
            if history.has_changes():
                found[relation.key] = [
                    sorted(record_id(other) for other in side or ())
                    for side in (history.deleted, history.added)
                ]
    return found


def record_id(row: Any) -> str:
    """The row's primary key as text; composite keys are joined by commas."""
    return ",".join(str(part) for part in inspect(row).mapper.primary_key_from_instance(row))


class Digest:
    """Shows a value of one row as the audit may keep it: personal ones as a keyed digest.

    The digest is bound to row and column, so that it confirms a value somebody already has but
    does not tell which rows hold the same one.
    """

    def __init__(self, key: bytes, place: str) -> None:
        self._key, self._place = key, place

    def __call__(self, name: str, value: Any, personal: bool) -> Any:
        """The value of the column `name` as plain JSON, or its digest."""
        value = plain(value)
        if not personal or value is None:
            return value
        text = f"{self._place}\n{name}\n{value!r}"
        return "hmac:" + hmac.new(self._key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]
