"""Trees of subjects, one list per use: what complaints are about, what services are asked for."""

from __future__ import annotations

from sqlalchemy import Index, Select, String, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from core.data.base import db
from core.data.visibility import Shared
from core.people.bilingual import Bilingual
from core.people.tree import Tree


class Category(Tree, Bilingual, Shared, db.Model):
    """A subject of the list `list` ("complaints").

    The promise is in `working_days` or, for emergencies, in `hours`. `bodies` are body codes
    separated by semicolons, the competent one first; a unit carries its code in `category_body`.
    `published` subjects may stand in open lists, without persons, if all above them may: see `listed`.
    Those of social protection, health and integrity may not, for what somebody asked for says much about
    them; nor may a new one before somebody said so.
    """

    __tablename__ = "core_category"

    list: Mapped[str] = mapped_column(String(30))
    code: Mapped[str] = mapped_column(String(60))
    working_days: Mapped[int | None]
    hours: Mapped[int | None]
    bodies: Mapped[str] = mapped_column(String(200), default="")
    confidential: Mapped[bool] = mapped_column(default=False)
    emergency: Mapped[bool] = mapped_column(default=False)
    mass: Mapped[bool] = mapped_column(default=False)
    published: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[object, ...]:
        """A code is unique within its list."""
        path = Index(None, "path", postgresql_ops={"path": "text_pattern_ops"})
        return (UniqueConstraint("list", "code"), path)

    @property
    def listed(self) -> bool:
        """Whether open lists may hold it: it and all above it are published, and none is confidential."""
        return self.published and not self.confidential and (self.parent is None or bool(self.parent.listed))

    @classmethod
    def ids_listed(cls) -> Select[tuple[int]]:
        """Ids of all that `listed` is true for."""
        own, above = cls.__table__.alias(), cls.__table__.alias()
        kept = select(above.c.id).where(
            own.c.path.startswith(above.c.path), or_(~above.c.published, above.c.confidential)
        )
        return select(own.c.id).where(~kept.exists())

    @property
    def body_codes(self) -> tuple[str, ...]:
        """Codes of the bodies, the competent one first."""
        return tuple(code for code in (part.strip() for part in self.bodies.split(";")) if code)
