from sqlalchemy.orm import Mapped, mapped_column

from core import Shared, db


class Caller(Shared, db.Model):
    __tablename__ = "half_personal_caller"
    __personal__ = ("phone", "name")
    id: Mapped[int] = mapped_column(primary_key=True)
    phone: Mapped[str]
    name: Mapped[str]
