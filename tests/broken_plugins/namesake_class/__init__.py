from sqlalchemy.orm import Mapped, mapped_column

from core.data.base import db
from core.data.visibility import Shared


class Post(Shared, db.Model):
    """Core has a Post, too, and relationships of core that call it by that name."""

    __tablename__ = "namesake_class_post"
    id: Mapped[int] = mapped_column(primary_key=True)
