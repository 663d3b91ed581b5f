"""Errors that carry a sentence for the person in front of the screen and an HTTP status."""

from __future__ import annotations

from typing import Any


def reason(error: BaseException) -> str:
    """What went wrong, in one line for operators; where a database refused, its words without the SQL."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


class Refused(Exception):
    """Something asked for is not done, and `sentence` says why in the user's language.

    `sentence` may be lazy; it is translated when shown. `status` is the HTTP status a page
    or API answers with. Nothing has been written when this is raised.
    """

    status = 409

    def __init__(self, sentence: Any, status: int | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        if status is not None:
            self.status = status

    def __str__(self) -> str:
        return str(self.sentence)


class NotAllowed(Refused):
    """The person has no right to do this (403)."""

    status = 403


class NotFound(Refused):
    """It does not exist, or not for this person: both answer alike (404)."""

    status = 404


class NotPossible(Refused):
    """The record is not in a state that permits this (409)."""

    status = 409


class Conflict(Refused):
    """Somebody else changed the record meanwhile (409)."""

    status = 409


class Invalid(Refused):
    """The data entered is not acceptable (422); `errors` maps field name to sentences."""

    status = 422

    def __init__(self, sentence: Any, errors: dict[str, list[Any]] | None = None) -> None:
        super().__init__(sentence)
        self.errors = errors or {}


class Unavailable(Refused):
    """The governorate cannot be served now: its database is away or being upgraded (503)."""

    status = 503


class NoGovernorate(RuntimeError):
    """A query was made without a governorate: a programming error, never shown as data."""


class NoScope(RuntimeError):
    """A governed model was read or written without a scope: a programming error."""


class Unscoped(RuntimeError):
    """A statement that the visibility guard cannot see through: use `select_visible`."""


class Hidden(RuntimeError):
    """A row outside the scope was about to be loaded or written."""
