"""Who acts, and which units, places and levels of confidentiality they see."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from core.errors import NoScope

ORDINARY, CONFIDENTIAL = 0, 1
MOST_IDS = 60
"""Up to so many units a list of ids is cheapest; beyond, a sub-select on the path (stack-traps 5.3)."""


@dataclass(frozen=True)
class Grant:
    """What one role gives: where it is held, and whether it opens confidential records there.

    `modules` are those in whose records the role has any right, None for all: a secretary's reach over
    the whole governorate is a reach over the secretary's own kind of records.
    """

    role: str
    confidential: bool = False
    whole: bool = False
    unit_ids: tuple[int, ...] = ()
    unit_paths: tuple[str, ...] = ()
    place_paths: tuple[str, ...] = ()
    modules: frozenset[str] | None = None


@dataclass(frozen=True)
class Scope:
    """What one actor sees inside one governorate.

    `unit_ids` are the units named outright (empty when there are more than MOST_IDS),
    `unit_paths` prefixes such as `/1/4/` of whole subtrees, `place_paths` the same for the
    places that the actor's units serve. `level` is 1 only for the two roles that may see
    confidential records. `unit_id` and `post_id` are what the actor acts for. `system` is the
    machine itself (jobs, migrations): it sees all.

    Reach is the sum of `grants`, one a role; a role acts only where it is held (`acting_as`).
    A scope without grants has all its roles in all its reach.
    """

    actor_id: int | None = None
    roles: frozenset[str] = frozenset()
    whole: bool = False
    unit_ids: tuple[int, ...] = ()
    unit_paths: tuple[str, ...] = ()
    place_paths: tuple[str, ...] = ()
    level: int = ORDINARY
    system: bool = False
    unit_id: int | None = None
    post_id: int | None = None
    origin: str = "user"
    grants: tuple[Grant, ...] = ()

    @classmethod
    def of_system(cls, origin: str = "system") -> Scope:
        """The machine's own scope; what happens under it is marked by `origin` (system, citizen, import)."""
        return cls(whole=True, level=CONFIDENTIAL, system=True, origin=origin)

    @classmethod
    def of_public(cls) -> Scope:
        """A citizen without account: sees no governed record at all."""
        return cls()

    @property
    def unlimited(self) -> bool:
        """True if no condition at all is needed."""
        return self.whole and self.level >= CONFIDENTIAL and self.opening().whole

    @property
    def reach(self) -> tuple[bool, tuple[int, ...], tuple[str, ...], tuple[str, ...]]:
        """Whole, unit ids, unit paths and place paths, for comparing."""
        return self.whole, self.unit_ids, self.unit_paths, self.place_paths

    def acting_as(self, roles: Collection[str]) -> Scope:
        """The same person with only these of their roles: what they see and may do by them.

        The author of a record stays its author in any role.
        """
        return self._only([grant for grant in self.grants if grant.role in roles])

    def within(self, module: str) -> Scope:
        """The same person with only the roles that have any right in the records of `module`."""
        return self._only(
            [grant for grant in self.grants if grant.modules is None or module in grant.modules]
        )

    def opening(self) -> Scope:
        """The same person with only the roles that open confidential records."""
        return self._only([grant for grant in self.grants if grant.confidential])

    def reach_of(self, roles: Collection[str]) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Ids and paths of the units in which one of these roles is held."""
        part = self.acting_as(roles)
        return part.unit_ids, part.unit_paths

    def _only(self, kept: list[Grant]) -> Scope:
        if not self.grants or len(kept) == len(self.grants):
            return self
        return replace(
            self,
            roles=frozenset(grant.role for grant in kept),
            whole=any(grant.whole for grant in kept),
            unit_ids=tuple(sorted({key for grant in kept for key in grant.unit_ids})),
            unit_paths=_joined(grant.unit_paths for grant in kept),
            place_paths=_joined(grant.place_paths for grant in kept),
            level=CONFIDENTIAL if any(grant.confidential for grant in kept) else ORDINARY,
            grants=tuple(kept),
        )


def _joined(paths: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({path for some in paths for path in some}))


def scope_in(session: Session) -> Scope:
    """The scope a session works under; raises NoScope if none was set."""
    scope: Scope | None = session.info.get("scope")
    if scope is None:
        raise NoScope("a governed record was asked for without a scope")
    return scope


def enter_scope(session: Session, scope: Scope) -> None:
    """Set the scope of a session once; a second, different one is refused.

    Rows already loaded would otherwise leak from one scope into the other by the identity map.
    """
    present = session.info.get("scope")
    if present is not None and present != scope:
        raise NoScope("a session keeps the scope it was given; open another one")
    session.info["scope"] = scope
