"""What a role may do with a model: read, create, write, transition, export.

A plugin ships `access.csv`; installing and upgrading bring it in, and what an administrator
changed stays as it is.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import g
from flask_babel import gettext as _
from sqlalchemy import String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.data.base import db
from core.data.labels import label
from core.data.scope import Scope, scope_in
from core.data.visibility import Governed, Shared, reached_as
from core.errors import Refused
from core.people.generation import present_generation
from core.people.seeds import line_of

VERBS = ("read", "create", "write", "transition", "export")
COLUMNS = ("role", "model", *VERBS)
BITS = {"0": False, "1": True, "": False}


class Access(Shared, db.Model):
    """One line of the table of rights. `changed` marks an administrator's decision."""

    __tablename__ = "core_access"
    __table_args__ = (UniqueConstraint("role_code", "model", "plugin"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    role_code: Mapped[str] = mapped_column(String(30))
    model: Mapped[str] = mapped_column(String(100))
    read: Mapped[bool] = mapped_column(default=False)
    create: Mapped[bool] = mapped_column(default=False)
    write: Mapped[bool] = mapped_column(default=False)
    transition: Mapped[bool] = mapped_column(default=False)
    export: Mapped[bool] = mapped_column(default=False)
    plugin: Mapped[str] = mapped_column(String(40))
    changed: Mapped[bool] = mapped_column(default=False)


def may(verb: str, label: str, scope: Scope | None = None) -> bool:
    """Whether the present person (or `scope`) has the right `verb` on the model `label`.

    This is the right of the role alone; which records, and whether their state permits it, is
    asked elsewhere. Nobody without a role may anything; the system may all.
    """
    session = db.session()
    scope = scope or g.get("scope") or session.info.get("scope")
    if scope is None:
        return False
    return scope.system or not scope.roles.isdisjoint(_rights(session).get((verb, label), frozenset()))


def may_on(verb: str, record: Any) -> bool:
    """Whether the present person has the right by a role that reaches this very record.

    Who edits in one unit and only reads in another edits nothing in the other.
    """
    scope = scope_in(db.session())
    if scope.system or not isinstance(record, Governed):
        return may(verb, label(record), scope)
    roles = _rights(db.session()).get((verb, label(record)), frozenset()) & scope.roles
    return bool(roles) and bool(reached_as(roles, [record], scope))


def _rights(session: Session) -> dict[tuple[str, str], frozenset[str]]:
    """Roles by (verb, model); one select when not remembered."""
    generation = present_generation(session)
    if generation.rights is None:
        rights: dict[tuple[str, str], set[str]] = {}
        for row in session.scalars(select(Access)):
            for verb in VERBS:
                if getattr(row, verb):
                    rights.setdefault((verb, row.model), set()).add(row.role_code)
        generation.rights = {key: frozenset(roles) for key, roles in rights.items()}
    return generation.rights


def modules_by_role(session: Session) -> dict[str, frozenset[str]]:
    """Ids of the modules in whose records each role has any right at all."""
    found: dict[str, set[str]] = {}
    for (_verb, about), roles in _rights(session).items():
        for role in roles:
            found.setdefault(role, set()).add(about.partition(".")[0])
    return {role: frozenset(modules) for role, modules in found.items()}


def read_access(path: Path) -> dict[tuple[str, str], dict[str, bool]]:
    """Rights by (role, model) from an `access.csv`; raises Refused with file and line for what is wrong."""
    found: dict[tuple[str, str], dict[str, bool]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise Refused(
                _("%(file)s: the first line must be %(columns)s.", file=path.name, columns=",".join(COLUMNS))
            )
        for row in reader:
            where, key = line_of(path, reader.line_num), (row["role"] or "", row["model"] or "")
            if None in row or not all(key) or any(row[verb] not in BITS for verb in VERBS):
                raise Refused(_("%(where)s: needs a role, a model and five times 0 or 1.", where=where))
            if key in found:
                role, model = key
                raise Refused(
                    _("%(where)s: %(role)s on %(model)s is there twice.", where=where, role=role, model=model)
                )
            found[key] = {verb: BITS[row[verb]] for verb in VERBS}
    return found


def sync(session: Session, plugin: str, path: Path) -> None:
    """Bring a plugin's `access.csv` into the table; the caller commits. Safe to repeat.

    Lines that an administrator changed stay, also when the file has dropped them. A line is taken
    back by setting its rights to 0, not by deleting it: the next upgrade would bring it again.
    """
    declared = read_access(path)
    rows = session.scalars(select(Access).where(Access.plugin == plugin))
    known = {(row.role_code, row.model): row for row in rows}
    with shipping(session):
        for (role, model), rights in declared.items():
            row = known.get((role, model))
            if row is None:
                session.add(Access(role_code=role, model=model, plugin=plugin, **rights))
            elif not row.changed:
                _set(row, rights)
        for key, row in known.items():
            if key not in declared and not row.changed:
                session.delete(row)


def _set(row: Access, rights: dict[str, bool]) -> None:
    for verb, value in rights.items():
        setattr(row, verb, value)


@contextmanager
def shipping(session: Session) -> Iterator[None]:
    """Inside, changes of roles and rights count as the plugin's own, not as an administrator's."""
    session.info["shipping"] = True
    try:
        yield
        session.flush()
    finally:
        del session.info["shipping"]
