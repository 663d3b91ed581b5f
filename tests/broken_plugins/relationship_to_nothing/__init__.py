from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import Shared, db


class Wire(Shared, db.Model):
    __tablename__ = "relationship_to_nothing_wire"
    id: Mapped[int] = mapped_column(primary_key=True)
    lamp_id: Mapped[int]
    lamp = relationship("NoSuchLamp")
