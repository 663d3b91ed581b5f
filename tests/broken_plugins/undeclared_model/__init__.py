from sqlalchemy.orm import Mapped, mapped_column

from core import db


class Secret(db.Model):
    __tablename__ = "undeclared_model_secret"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int]
