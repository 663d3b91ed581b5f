from sqlalchemy.orm import Mapped, mapped_column

from core import Shared, db


class Cable(Shared, db.Model):
    __tablename__ = "two_heads_cable"
    id: Mapped[int] = mapped_column(primary_key=True)
