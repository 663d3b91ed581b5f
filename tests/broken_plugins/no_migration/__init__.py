from sqlalchemy.orm import Mapped, mapped_column

from core.data.base import db
from core.data.visibility import Shared


class Pillar(Shared, db.Model):
    __tablename__ = "no_migration_pillar"
    id: Mapped[int] = mapped_column(primary_key=True)
