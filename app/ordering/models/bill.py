"""Bills and the immutable documents that are issued for them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.core.model import (
    Base,
    Json,
    LocationRow,
    location_fk,
    location_key,
    minor,
    tenant_fk,
    tenant_index,
    tenant_unique,
)


class Bill(LocationRow, Base):
    """What one payer owes. `total_minor` includes every tax; `paid_minor` as domain words say."""

    __tablename__ = "bill"

    order_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(default="open")
    version: Mapped[int] = mapped_column(default=1)
    net_minor: Mapped[int] = minor(0)
    tax_minor: Mapped[int] = minor(0)
    total_minor: Mapped[int] = minor(0)
    paid_minor: Mapped[int] = minor(0)
    under_way_minor: Mapped[int] = minor(0)
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        location_key(),
        location_fk("order_id", "orders"),
        tenant_unique("order_id", "number"),
        CheckConstraint("state IN ('open', 'settled', 'void')", name="state"),
        CheckConstraint(
            "paid_minor >= 0 AND under_way_minor >= 0"
            " AND paid_minor + under_way_minor <= total_minor",
            name="paid",
        ),
        CheckConstraint("net_minor + tax_minor = total_minor", name="total"),
        CheckConstraint("state <> 'settled' OR paid_minor = total_minor", name="settled"),
    )


class BillLine(LocationRow, Base):
    """A line's share on a bill, by weight among all bills that share the line."""

    __tablename__ = "bill_line"

    bill_id: Mapped[UUID]
    line_id: Mapped[UUID]
    weight: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        location_fk("bill_id", "bill"),
        location_fk("line_id", "order_line"),
        tenant_unique("bill_id", "line_id"),
        tenant_index("line_id"),
    )


class FiscalDocument(LocationRow, Base):
    """Paper of record: numbered without gaps per register and series, hashed to the one before."""

    __tablename__ = "fiscal_document"

    kind: Mapped[str]
    register_id: Mapped[UUID]
    series: Mapped[str]
    number: Mapped[int]
    business_day_id: Mapped[UUID]
    order_id: Mapped[UUID | None]
    bill_id: Mapped[UUID | None]
    currency: Mapped[str]
    net_minor: Mapped[int] = minor()
    tax_minor: Mapped[int] = minor()
    total_minor: Mapped[int] = minor()
    content: Mapped[Json]
    issued_at: Mapped[datetime]
    issued_by: Mapped[UUID]
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[str] = mapped_column(default="none")

    __table_args__ = (
        location_key(),
        location_fk("register_id", "register"),
        location_fk("business_day_id", "business_day"),
        location_fk("order_id", "orders"),
        location_fk("bill_id", "bill"),
        tenant_fk("issued_by", "member"),
        tenant_unique("register_id", "series", "number"),
        tenant_index("location_id", "business_day_id"),
        tenant_index("bill_id"),
        CheckConstraint(
            "kind IN ('sale', 'correction', 'refund', 'order', 'pro-forma', 'no-sale', 'training')",
            name="kind",
        ),
        CheckConstraint("signature IN ('none', 'pending', 'signed', 'outage')", name="signature"),
    )
