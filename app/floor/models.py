"""Tables as they stand in the room, and the parties that sit at them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.model import (
    Base,
    LocationRow,
    location_fk,
    location_key,
    tenant_fk,
    tenant_unique,
)


class FloorTable(LocationRow, Base):
    """A table, drawn on a grid of 24 × 16 cells of its area."""

    __tablename__ = "floor_table"

    area: Mapped[str]
    area_position: Mapped[int]
    name: Mapped[str]
    seats: Mapped[int]
    shape: Mapped[str]
    col: Mapped[int]
    row: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]

    __table_args__ = (
        location_key(),
        tenant_fk("location_id", "location"),
        tenant_unique("location_id", "name"),
        CheckConstraint("shape IN ('round', 'square')", name="shape"),
        CheckConstraint(
            "col >= 0 AND row >= 0 AND width > 0 AND height > 0"
            " AND col + width <= 24 AND row + height <= 16",
            name="grid",
        ),
    )


class Visit(LocationRow, Base):
    """A party at one or more tables, with its server; it exists before and after an order."""

    __tablename__ = "visit"

    server_id: Mapped[UUID]
    guests: Mapped[int]
    state: Mapped[str] = mapped_column(default="seated")
    seated_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    __table_args__ = (
        location_key(),
        tenant_fk("location_id", "location"),
        tenant_fk("server_id", "member"),
        CheckConstraint("state IN ('seated', 'leaving', 'dirty', 'done')", name="state"),
        CheckConstraint("guests > 0", name="guests"),
        Index(
            "ix_visit_present",
            "tenant_id",
            "location_id",
            postgresql_where=text("state <> 'done'"),
        ),
    )


class VisitTable(LocationRow, Base):
    """A table that a visit holds, or held (`active` false)."""

    __tablename__ = "visit_table"

    visit_id: Mapped[UUID]
    table_id: Mapped[UUID]
    active: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (
        location_fk("visit_id", "visit"),
        location_fk("table_id", "floor_table"),
        Index(
            "uq_visit_table_active",
            "tenant_id",
            "table_id",
            unique=True,
            postgresql_where=text("active"),
        ),
        tenant_unique("visit_id", "table_id"),
    )
