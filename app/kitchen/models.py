"""Tickets: what one station must make for one firing."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.model import (
    Base,
    LocationRow,
    location_fk,
    location_key,
    tenant_index,
    tenant_unique,
)


class Ticket(LocationRow, Base):
    """One station's part of a firing. Heading fields are copied, so a board reads one table."""

    __tablename__ = "ticket"

    station_id: Mapped[UUID]
    firing_id: Mapped[UUID]
    order_id: Mapped[UUID]
    business_day_id: Mapped[UUID]
    slot: Mapped[int]
    state: Mapped[str] = mapped_column(default="open")
    version: Mapped[int] = mapped_column(default=1)
    title: Mapped[str]
    subtitle: Mapped[str]
    service_type: Mapped[str]
    longest_prep_minutes: Mapped[int] = mapped_column(default=0)
    fired_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
    bumped_at: Mapped[datetime | None]

    __table_args__ = (
        location_key(),
        location_fk("station_id", "station"),
        location_fk("firing_id", "firing"),
        location_fk("order_id", "orders"),
        location_fk("business_day_id", "business_day"),
        tenant_unique("firing_id", "station_id"),
        tenant_index("order_id"),
        Index(
            "ix_ticket_board",
            "tenant_id",
            "station_id",
            "fired_at",
            postgresql_where=text("state <> 'bumped'"),
        ),
        Index("ix_ticket_recall", "tenant_id", "station_id", "bumped_at"),
        CheckConstraint("state IN ('open', 'ready', 'bumped')", name="state"),
        CheckConstraint("(state = 'bumped') = (bumped_at IS NOT NULL)", name="bumped"),
    )


class TicketLine(LocationRow, Base):
    """A line on a ticket, in the kitchen's words.

    `modifiers` is a list of {kind, name}; `allergies` a list of {allergen, seat}.
    """

    __tablename__ = "ticket_line"

    ticket_id: Mapped[UUID]
    station_id: Mapped[UUID]
    firing_id: Mapped[UUID]
    line_id: Mapped[UUID]
    position: Mapped[int]
    quantity: Mapped[Decimal]
    name: Mapped[str]
    modifiers: Mapped[list[Any]]
    allergies: Mapped[list[Any]]
    note: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    void_text: Mapped[str | None]

    __table_args__ = (
        location_fk("ticket_id", "ticket"),
        location_fk("station_id", "station"),
        location_fk("firing_id", "firing"),
        location_fk("line_id", "order_line"),
        tenant_unique("station_id", "firing_id", "line_id"),
        tenant_index("ticket_id"),
        tenant_index("line_id"),
        CheckConstraint("state IN ('open', 'done', 'voided', 'confirmed')", name="state"),
    )
