"""From memberships to what a person sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.data.base import db
from core.data.scope import CONFIDENTIAL, MOST_IDS, ORDINARY, Grant, Scope
from core.people.access import modules_by_role
from core.people.generation import present_generation
from core.people.places import Place
from core.people.tree import below
from core.people.units import Unit, UnitArea
from core.people.users import Membership, Role


def scope_of(user: Any) -> Scope:
    """The scope of `user` in this session's governorate; three selects when not remembered, else none.

    Memberships add up in what is seen of a module's records, as far as they have a right in that module;
    what a role permits holds only where it is held (`grants`).
    The acting unit and post are those of the oldest active membership.
    """
    session = db.session()
    scopes = present_generation(session).scopes
    scope = scopes.get(user.id)
    if scope is None:
        scope = scopes[user.id] = _build(session, user.id)
    return scope


def _build(session: Session, user_id: int) -> Scope:
    held = session.execute(
        select(Membership.unit_id, Membership.post_id, Unit.path, Role.code, Role.reach, Role.confidential)
        .join(Unit, Membership.unit_id == Unit.id)
        .join(Role, Membership.role_id == Role.id)
        .where(Membership.user_id == user_id, Membership.active)
        .order_by(Membership.id)
    ).all()
    if not held:
        return Scope(actor_id=user_id)
    tree, modules = _tree(session, held), modules_by_role(session)
    grants = tuple(
        Grant(
            role, any(row.confidential for row in rows), *_reach(tree, rows), modules.get(role, frozenset())
        )
        for role, rows in _by_role(held).items()
    )
    whole, unit_ids, unit_paths, place_paths = _reach(tree, held)
    return Scope(
        actor_id=user_id,
        roles=frozenset(row.code for row in held),
        whole=whole,
        unit_ids=unit_ids,
        unit_paths=unit_paths,
        place_paths=place_paths,
        level=CONFIDENTIAL if any(row.confidential for row in held) else ORDINARY,
        unit_id=held[0].unit_id,
        post_id=held[0].post_id,
        grants=grants,
    )


def _by_role(held: Sequence[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in held:
        found.setdefault(row.code, []).append(row)
    return found


def _tree(session: Session, held: Sequence[Any]) -> Sequence[Any]:
    """The units below the memberships that reach downwards, with the places that they serve."""
    branches = _branches(held)
    if not branches:
        return ()
    return session.execute(
        select(Unit.id, Unit.path, Place.path.label("place"))
        .outerjoin(UnitArea, UnitArea.unit_id == Unit.id)
        .outerjoin(Place, Place.id == UnitArea.place_id)
        .where(or_(*(below(Unit, path) for path in branches)))
    ).all()


def _reach(
    tree: Sequence[Any], held: Sequence[Any]
) -> tuple[bool, tuple[int, ...], tuple[str, ...], tuple[str, ...]]:
    """Whole, unit ids, unit paths and place paths: ids as long as they are few, for they are cheapest."""
    whole = any(row.reach == "all" for row in held)
    single = {row.unit_id for row in held if row.reach == "unit"}
    branches = _branches(held)
    serving = tuple(row.path for row in held if row.reach == "area")
    places = outermost(row.place for row in tree if row.place and row.path.startswith(serving or ("-",)))
    ids = single | {row.id for row in tree if row.path.startswith(branches or ("-",))}
    if len(ids) <= MOST_IDS:
        return whole, tuple(sorted(ids)), (), places
    return whole, tuple(sorted(single)), branches, places


def _branches(held: Sequence[Any]) -> tuple[str, ...]:
    return outermost(row.path for row in held if row.reach in ("subtree", "area"))


def outermost(paths: Any) -> tuple[str, ...]:
    """`paths` without those that lie below another of them, in order."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return tuple(kept)
