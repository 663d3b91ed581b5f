from sqlalchemy.orm import Mapped, mapped_column

from core import Shared, db


class Pole(Shared, db.Model):
    __tablename__ = "failing_migration_pole"
    id: Mapped[int] = mapped_column(primary_key=True)
