from sqlalchemy.orm import Mapped, mapped_column

from core.data.base import db
from core.data.visibility import Shared


class Caller(Shared, db.Model):
    __tablename__ = "half_personal_caller"
    __personal__ = ("phone", "name")
    id: Mapped[int] = mapped_column(primary_key=True)
    phone: Mapped[str]
    name: Mapped[str]
