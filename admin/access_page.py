"""Who may do what: the table of rights, one role at a time. An administrator's change survives upgrades."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select

from admin.page import Page
from admin.titles import module_title, record_title
from core.access import right
from core.data.base import db
from core.errors import NotFound
from core.people.access import VERBS, Access, may
from core.people.keepers import keep_keepers
from core.people.users import Role

LABEL = "core.access"
WORDS: dict[str, Any] = {
    "read": lazy_gettext("See"),
    "create": lazy_gettext("Create"),
    "write": lazy_gettext("Edit"),
    "transition": lazy_gettext("Take steps"),
    "export": lazy_gettext("Export"),
}


@dataclass(frozen=True)
class Row:
    """A line of the table: what a role may do with one kind of record."""

    title: str
    module: str
    model: str
    changed: bool
    granted: frozenset[str]


class AccessPage(Page):
    """The table of rights."""

    name, title, icon = "access", lazy_gettext("Rights"), "shield"

    @expose("/", methods=("GET",))
    @right(LABEL, "read")
    def index(self) -> str:
        """The rights of the role asked for."""
        roles = list(db.session.scalars(select(Role).order_by(Role.plugin, Role.id)))
        role = _chosen(roles, request.args.get("role", roles[0].code if roles else ""))
        rows = [_row(right) for right in _rights(role.code)]
        return self.show(
            "access.html",
            roles=roles,
            role=role,
            rows=rows,
            verbs=list(WORDS.items()),
            may_write=may("write", LABEL),
        )

    @expose("/save", methods=("POST",))
    @right(LABEL, "write")
    def save(self) -> ResponseReturnValue:
        """Keep the ticked rights of one role; the others' stay."""
        roles = list(db.session.scalars(select(Role)))
        role = _chosen(roles, request.form.get("role", ""))
        granted = set(request.form.getlist("grant"))
        for line in _rights(role.code):
            for verb in VERBS:
                setattr(line, verb, f"{line.model}:{verb}" in granted)
        keep_keepers(db.session())
        db.session.commit()
        flash(_("Saved. It holds from the next page on."), "success")
        return redirect(self.link(role=role.code))


def _chosen(roles: list[Role], code: str) -> Role:
    for role in roles:
        if role.code == code:
            return role
    raise NotFound(_("There is no such role."))


def _rights(code: str) -> list[Access]:
    rows = select(Access).where(Access.role_code == code).order_by(Access.plugin, Access.model)
    return list(db.session.scalars(rows))


def _row(right: Access) -> Row:
    granted = frozenset(verb for verb in VERBS if getattr(right, verb))
    module = module_title(right.model.partition(".")[0])
    return Row(record_title(right.model), module, right.model, right.changed, granted)
