"""Order lines, with what was copied onto them when they were added."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.model import (
    Base,
    LocationRow,
    location_fk,
    location_key,
    minor,
    tenant_fk,
    tenant_index,
    tenant_unique,
)


class Line(LocationRow, Base):
    """One sellable × quantity. Name, price and tax rates are copied when it is added.

    gross = round(quantity × (unit + modifiers)); net + inclusive tax = gross − discount.
    `stations` are the ids of the stations that prepare it; `prep_minutes` is the item's.
    """

    __tablename__ = "order_line"

    order_id: Mapped[UUID]
    position: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(default="item")
    parent_line_id: Mapped[UUID | None]
    origin_line_id: Mapped[UUID | None]
    item_id: Mapped[UUID]
    variant_id: Mapped[UUID]
    category_id: Mapped[UUID]
    category_name: Mapped[str]
    name: Mapped[str]
    kitchen_name: Mapped[str]
    variant_name: Mapped[str]
    quantity: Mapped[Decimal]
    unit: Mapped[str] = mapped_column(default="")
    unit_price_minor: Mapped[int] = minor()
    modifiers_minor: Mapped[int] = minor()
    gross_minor: Mapped[int] = minor()
    discount_minor: Mapped[int] = minor(0)
    net_minor: Mapped[int] = minor()
    course: Mapped[int]
    on_hold: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(default="")
    service_type: Mapped[str]
    stations: Mapped[list[Any]]
    prep_minutes: Mapped[int | None]
    state: Mapped[str] = mapped_column(default="new")
    version: Mapped[int] = mapped_column(default=1)
    added_by: Mapped[UUID]
    added_at: Mapped[datetime]
    counted: Mapped[bool] = mapped_column(default=False)
    void_reason: Mapped[str | None]
    void_made: Mapped[bool | None]
    voided_by: Mapped[UUID | None]
    voided_at: Mapped[datetime | None]

    __table_args__ = (
        location_key(),
        location_fk("order_id", "orders"),
        location_fk("parent_line_id", "order_line"),
        location_fk("origin_line_id", "order_line"),
        tenant_fk("item_id", "item"),
        tenant_fk("variant_id", "variant"),
        tenant_fk("added_by", "member"),
        tenant_index("order_id"),
        Index(
            "ix_order_line_noted",
            "tenant_id",
            "added_at",
            postgresql_where=text("note <> ''"),
        ),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("kind IN ('item', 'combo', 'deposit', 'fee')", name="kind"),
        CheckConstraint(
            "state IN ('new', 'held', 'fired', 'preparing', 'ready', 'served', 'voided')",
            name="state",
        ),
        CheckConstraint("(state = 'voided') = (void_reason IS NOT NULL)", name="void_reason"),
    )


class LineModifier(LocationRow, Base):
    """A modifier chosen for a line, with its price at that moment (each, per unit of the line)."""

    __tablename__ = "line_modifier"

    line_id: Mapped[UUID]
    modifier_id: Mapped[UUID]
    position: Mapped[int]
    group_name: Mapped[str]
    name: Mapped[str]
    kitchen_name: Mapped[str]
    kind: Mapped[str]
    price_minor: Mapped[int] = minor()

    __table_args__ = (
        location_fk("line_id", "order_line"),
        tenant_fk("modifier_id", "modifier"),
        tenant_index("line_id"),
    )


class LineTax(LocationRow, Base):
    """One rate's tax on one line."""

    __tablename__ = "line_tax"

    line_id: Mapped[UUID]
    tax_rate_id: Mapped[UUID]
    name: Mapped[str]
    percent: Mapped[Decimal] = mapped_column(Numeric(7, 4))
    inclusive: Mapped[bool]
    base_minor: Mapped[int] = minor()
    amount_minor: Mapped[int] = minor()

    __table_args__ = (
        location_fk("line_id", "order_line"),
        tenant_fk("tax_rate_id", "tax_rate"),
        tenant_unique("line_id", "tax_rate_id"),
    )


class LineSeat(LocationRow, Base):
    """A seat's share of a line, by weight; a line without rows is shared by the table."""

    __tablename__ = "line_seat"

    line_id: Mapped[UUID]
    seat: Mapped[int]
    weight: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        location_fk("line_id", "order_line"),
        tenant_index("line_id"),
        CheckConstraint("seat > 0 AND weight > 0", name="seat"),
    )


class LineAllergy(LocationRow, Base):
    """An allergy to heed for a line, coded, never a note."""

    __tablename__ = "line_allergy"

    line_id: Mapped[UUID]
    allergen: Mapped[str]
    seat: Mapped[int | None]

    __table_args__ = (location_fk("line_id", "order_line"), tenant_index("line_id"))
