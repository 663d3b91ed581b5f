from sqlalchemy.orm import Mapped, mapped_column

from core import Shared, db


class Unit(Shared, db.Model):
    __tablename__ = "core_unit"
    id: Mapped[int] = mapped_column(primary_key=True)
