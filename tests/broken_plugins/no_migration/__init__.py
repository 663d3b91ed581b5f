from sqlalchemy.orm import Mapped, mapped_column

from core import Shared, db


class Pillar(Shared, db.Model):
    __tablename__ = "no_migration_pillar"
    id: Mapped[int] = mapped_column(primary_key=True)
