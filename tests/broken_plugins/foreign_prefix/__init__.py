from sqlalchemy.orm import Mapped, mapped_column

from core import Shared, db


class Bulb(Shared, db.Model):
    __tablename__ = "lumen_bulb"
    id: Mapped[int] = mapped_column(primary_key=True)
