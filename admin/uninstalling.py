"""Before a module is removed with its data: the plan in words, and the id that must be typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext
from wtforms.validators import InputRequired

from admin.forms import CodeField, Form
from admin.titles import record_title
from core.data.labels import owner_of
from core.modules.leaving.plan import Plan

UNINSTALLABLE = frozenset({"installed", "disabled", "missing", "broken", "blocked"})
"""States in which the page offers it: an enabled module is first disabled, an outdated one upgraded."""


class ConfirmForm(Form):
    """The module's id, typed by whoever decides."""

    confirm = CodeField(
        lazy_gettext("The module's id"),
        [InputRequired(lazy_gettext("This is needed."))],
        render_kw={"dir": "ltr"},
    )


@dataclass(frozen=True)
class Loss:
    """What would go, and how many of it."""

    title: str
    rows: int


def losses(plan: Plan) -> list[Loss]:
    """The plan's tables as people know them: the module's own first, then what hangs on its records."""
    shares = sorted(plan.shares, key=lambda share: not share.own)
    return [Loss(_title(share.table), share.rows) for share in shares]


def _title(table: str) -> Any:
    owner = owner_of(table)
    return record_title(f"{owner}.{table.removeprefix(f'{owner}_')}")
