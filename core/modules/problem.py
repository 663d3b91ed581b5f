"""Why a plugin cannot be used: a translatable sentence, kept with the traceback behind it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from traceback import format_exception
from typing import Any

import pluggy
from flask_babel import gettext
from sqlalchemy.exc import InvalidRequestError

from core.errors import reason
from core.language import N_


@dataclass(frozen=True)
class Problem:
    """A sentence for the modules page; kept as message and values, so that it travels as JSON.

    `msgid` is the English message, marked with `N_` where it is written so that the catalogues hold it.
    """

    msgid: str
    values: Mapping[str, str] = field(default_factory=dict)
    traceback: str = ""

    def __str__(self) -> str:
        return gettext(self.msgid, **self.values)

    def to_json(self) -> dict[str, Any]:
        """Return the problem as plain JSON values."""
        return {"msgid": self.msgid, "values": dict(self.values), "traceback": self.traceback}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Problem:
        """Read what `to_json` wrote."""
        return cls(data["msgid"], data["values"], data["traceback"])


class Unusable(Exception):
    """Raised where a plugin is found unusable; carries the `Problem`."""

    def __init__(self, msgid: str, **values: object) -> None:
        self.problem = Problem(msgid, {key: str(value) for key, value in values.items()})
        super().__init__(msgid % self.problem.values if values else msgid)


def describe(error: BaseException) -> Problem:
    """Return a sentence for what a plugin raised while it was loaded, with the traceback."""
    return replace(_sentence(error), traceback="".join(format_exception(error)))


def _sentence(error: BaseException) -> Problem:
    if isinstance(error, Unusable):
        return error.problem
    if isinstance(error, SyntaxError):
        where = {"file": Path(error.filename or "?").name, "line": str(error.lineno)}
        return Problem(N_("Its code has a syntax error in %(file)s, line %(line)s."), where)
    if isinstance(error, pluggy.PluginValidationError):
        return Problem(
            N_("It implements a hook wrongly: %(detail)s"), {"detail": str(error).splitlines()[-1]}
        )
    detail = f"{type(error).__name__}: {reason(error)}"
    return _mapping_sentence(error) or Problem(
        N_("It fails while the host starts: %(detail)s"), {"detail": detail}
    )


def _mapping_sentence(error: BaseException) -> Problem | None:
    """The two ways in which the models of different modules get into each other's way."""
    if not isinstance(error, InvalidRequestError):
        return None
    if clash := re.match(r"Table '(\w+)' is already defined", str(error)):
        return Problem(N_("It declares the table '%(table)s', which is another's."), {"table": clash[1]})
    if twin := re.match(r'Multiple classes found for path "(\w+)"', str(error)):
        sentence = N_("Two modules have a class '%(name)s', and a relationship names it without its module.")
        return Problem(sentence, {"name": twin[1]})
    return None
