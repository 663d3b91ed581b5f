from sqlalchemy.orm import Mapped, mapped_column

from core import Shared, db


class Lamp(Shared, db.Model):
    __tablename__ = "lumen_lamp"
    id: Mapped[int] = mapped_column(primary_key=True)
    street: Mapped[str]
