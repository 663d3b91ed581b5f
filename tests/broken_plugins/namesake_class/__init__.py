from sqlalchemy.orm import Mapped, mapped_column

from core import Shared, db


class Post(Shared, db.Model):
    """Core has a Post, too, and relationships of core that call it by that name."""

    __tablename__ = "namesake_class_post"
    id: Mapped[int] = mapped_column(primary_key=True)
