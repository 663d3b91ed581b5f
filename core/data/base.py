"""The declarative base of every table in a governorate's database, and `db`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, registry

from core.data.columns import Json, UtcDateTime
from core.data.session import GovernorateSession

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Names for every constraint, so that SQLite's batch migrations can find them again."""


class Base(DeclarativeBase):
    """Base of all models; `__tablename__` is always written: `<plugin>_<thing>`."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UtcDateTime, dict: Json, list: Json},
    )
    __table__: ClassVar[Table]


db = SQLAlchemy(
    model_class=Base,
    session_options={"class_": GovernorateSession, "expire_on_commit": False},
    disable_autonaming=True,
)
"""Flask-SQLAlchemy, bound to no engine of its own: a session takes its governorate's."""


class Versioned:
    """Optimistic locking: the flush refuses a row somebody else wrote meanwhile (screens merge first)."""

    row_version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        """The version goes into every UPDATE's WHERE, which decides the race between read and write."""
        return {"version_id_col": cls.row_version}
