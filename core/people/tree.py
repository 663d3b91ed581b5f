"""Trees with a materialised path: `/1/4/17/` names the node and all above it.

A subtree is then one indexed prefix. The path is kept here and nowhere else: by mapper events,
so that a screen, an import and a command need not think of it. Bulk statements pass by it.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import (
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    String,
    event,
    func,
    inspect,
    select,
    update,
)
from sqlalchemy.orm import (
    Mapped,
    Mapper,
    declared_attr,
    mapped_column,
    object_session,
    relationship,
    validates,
)
from sqlalchemy.orm.attributes import set_committed_value

from core.errors import Refused

LONGEST_PATH = 255
LOCK = 0x0D1A_0000_0002
_BELOW_ITSELF = _("It cannot be moved below itself.")


class Tree:
    """Mixin of a table whose rows hang below one another; roots have no parent."""

    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(String(LONGEST_PATH), default="")

    @declared_attr
    def parent_id(cls) -> Mapped[int | None]:
        """The node above."""
        return mapped_column(ForeignKey(f"{cls.__tablename__}.id"), index=True)  # type: ignore[attr-defined]

    @declared_attr
    def parent(cls) -> Mapped[Any]:
        """The node above, as an object."""
        return relationship(cls.__name__, remote_side=f"{cls.__name__}.id")  # type: ignore[attr-defined]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        """A prefix search uses an index on PostgreSQL only with this operator class."""
        return (Index(None, "path", postgresql_ops={"path": "text_pattern_ops"}),)

    @validates("parent")
    def _not_itself(self, key: str, above: Any) -> Any:
        """Raises Refused (409): the flush would fail on a node above itself before `_move` is asked."""
        if above is self:
            raise Refused(_BELOW_ITSELF)
        return above

    @property
    def ancestor_ids(self) -> tuple[int, ...]:
        """Ids from the root down to this node itself."""
        return tuple(int(part) for part in self.path.split("/") if part)

    def contains(self, other: Tree) -> bool:
        """Whether `other` is this node or lies below it."""
        return other.path.startswith(self.path)


def below(model: Any, path: str) -> ColumnElement[bool]:
    """The node with `path` and all below it; `model` is a Tree class or its alias."""
    return model.path.startswith(path, autoescape=True)


@event.listens_for(Tree, "after_insert", propagate=True)
def _place(mapper: Mapper[Any], connection: Connection, node: Any) -> None:
    """Give a new node its path, now that it has an id."""
    _alone(connection)
    path = f"{_path_of(mapper, connection, node.parent_id)}{node.id}/"
    table: Any = mapper.local_table
    connection.execute(update(table).where(table.c.id == node.id).values(path=path))
    set_committed_value(node, "path", path)


@event.listens_for(Tree, "after_update", propagate=True)
def _move(mapper: Mapper[Any], connection: Connection, node: Any) -> None:
    """Move a node with all below it; under itself or its own descendant is refused (409)."""
    if not inspect(node).attrs.parent_id.history.has_changes():
        return
    _alone(connection)
    old = _path_of(mapper, connection, node.id)
    new = f"{_path_of(mapper, connection, node.parent_id)}{node.id}/"
    if new.startswith(old) and new != old:
        raise Refused(_BELOW_ITSELF)
    table: Any = mapper.local_table
    moved = update(table).where(table.c.path.startswith(old, autoescape=True))
    connection.execute(moved.values(path=new + func.substr(table.c.path, len(old) + 1)))
    _correct_loaded(mapper, node, old, new)


def _alone(connection: Connection) -> None:
    """One change of trees at a time until its commit: a path read beside a move would be stale."""
    if connection.dialect.name == "postgresql":  # on SQLite a writer is alone anyway
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))


def _path_of(mapper: Mapper[Any], connection: Connection, node_id: int | None) -> str:
    table: Any = mapper.local_table
    if node_id is None:
        return "/"
    return str(connection.scalar(select(table.c.path).where(table.c.id == node_id)))


def _correct_loaded(mapper: Mapper[Any], node: Any, old: str, new: str) -> None:
    """Nodes that this session already holds would keep their old path otherwise."""
    session = object_session(node)
    for other in session.identity_map.values() if session else ():
        known = isinstance(other, mapper.class_) and inspect(other).dict.get("path")
        if known and known.startswith(old):
            set_committed_value(other, "path", new + known[len(old) :])
