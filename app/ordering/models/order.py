"""Orders, their numbered changes, and their firings."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.model import (
    Base,
    Json,
    LocationRow,
    location_fk,
    location_key,
    tenant_fk,
    tenant_index,
    tenant_unique,
)


class Order(LocationRow, Base):
    """What was asked for. `number` is given at placing; `version` rises with every change."""

    __tablename__ = "orders"

    business_day_id: Mapped[UUID]
    number: Mapped[int | None]
    channel: Mapped[str]
    service_type: Mapped[str]
    style: Mapped[str]
    visit_id: Mapped[UUID | None]
    pickup_name: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="open")
    currency: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    opened_by: Mapped[UUID]
    opened_at: Mapped[datetime]
    placed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        location_key(),
        location_fk("business_day_id", "business_day"),
        location_fk("visit_id", "visit"),
        tenant_fk("opened_by", "member"),
        tenant_unique("business_day_id", "number"),
        CheckConstraint("state IN ('open', 'closed', 'cancelled')", name="state"),
        CheckConstraint("channel IN ('pos', 'qr', 'web', 'api')", name="channel"),
        CheckConstraint("service_type IN ('dine_in', 'takeaway')", name="service_type"),
        CheckConstraint("style IN ('pay_first', 'pay_later')", name="style"),
        Index(
            "uq_orders_open_visit",
            "tenant_id",
            "visit_id",
            unique=True,
            postgresql_where=text("state = 'open' AND visit_id IS NOT NULL"),
        ),
        Index(
            "ix_orders_open",
            "tenant_id",
            "location_id",
            "opened_at",
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_orders_named",
            "tenant_id",
            "closed_at",
            postgresql_where=text("pickup_name <> ''"),
        ),
    )


class OrderChange(LocationRow, Base):
    """One accepted change of an order: exactly one row a version."""

    __tablename__ = "order_change"

    order_id: Mapped[UUID]
    version: Mapped[int]
    act: Mapped[str]
    at: Mapped[datetime]
    actor_id: Mapped[UUID]
    detail: Mapped[Json]

    __table_args__ = (location_fk("order_id", "orders"), tenant_unique("order_id", "version"))


class Firing(LocationRow, Base):
    """Lines handed to the kitchen once."""

    __tablename__ = "firing"

    order_id: Mapped[UUID]
    number: Mapped[int]
    reason: Mapped[str] = mapped_column(default="first")
    fired_at: Mapped[datetime]
    fired_by: Mapped[UUID]

    __table_args__ = (
        location_key(),
        location_fk("order_id", "orders"),
        tenant_unique("order_id", "number"),
        CheckConstraint("reason IN ('first', 'remake')", name="reason"),
    )


class FiringLine(LocationRow, Base):
    """A line of a firing; what tickets and depletion key on."""

    __tablename__ = "firing_line"

    firing_id: Mapped[UUID]
    line_id: Mapped[UUID]

    __table_args__ = (
        location_fk("firing_id", "firing"),
        location_fk("line_id", "order_line"),
        tenant_unique("firing_id", "line_id"),
        tenant_index("line_id"),
    )
