"""Payments, refunds, and the double-entry ledger that both are posted to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
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


class Payment(LocationRow, Base):
    """One payment of a bill. Its id is the reference that the gateway knows it by.

    `amount_minor` counts towards the bill; tip, rounding, tendered and change are apart.
    `called_at` is when the gateway was first called: from then on money may have moved.
    """

    __tablename__ = "payment"

    order_id: Mapped[UUID]
    bill_id: Mapped[UUID]
    register_id: Mapped[UUID]
    business_day_id: Mapped[UUID]
    tender: Mapped[str]
    state: Mapped[str] = mapped_column(default="created")
    currency: Mapped[str]
    amount_minor: Mapped[int] = minor()
    tip_minor: Mapped[int] = minor(0)
    rounding_minor: Mapped[int] = minor(0)
    tendered_minor: Mapped[int | None] = minor()
    change_minor: Mapped[int | None] = minor()
    card_brand: Mapped[str | None]
    card_last4: Mapped[str | None]
    decline_reason: Mapped[str | None]
    called_at: Mapped[datetime | None]
    asked: Mapped[int] = mapped_column(default=0)
    next_ask_at: Mapped[datetime | None]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    captured_at: Mapped[datetime | None]

    __table_args__ = (
        location_key(),
        location_fk("order_id", "orders"),
        location_fk("bill_id", "bill"),
        location_fk("register_id", "register"),
        location_fk("business_day_id", "business_day"),
        tenant_fk("created_by", "member"),
        tenant_index("bill_id"),
        tenant_index("location_id", "business_day_id"),
        Index(
            "ix_payment_unresolved",
            "tenant_id",
            "location_id",
            postgresql_where=text("state IN ('created', 'sending', 'unknown', 'capturing')"),
        ),
        CheckConstraint("tender IN ('cash', 'card')", name="tender"),
        CheckConstraint(
            "state IN ('created', 'sending', 'authorised', 'capturing', 'captured',"
            " 'declined', 'cancelled', 'voided', 'expired', 'unknown')",
            name="state",
        ),
        CheckConstraint("amount_minor >= 0 AND tip_minor >= 0", name="amount"),
    )


class Refund(LocationRow, Base):
    """Money given back of one payment; `kind` reversal undoes a wrong tender."""

    __tablename__ = "refund"

    payment_id: Mapped[UUID]
    business_day_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(default="refund")
    state: Mapped[str] = mapped_column(default="created")
    amount_minor: Mapped[int] = minor()
    reason: Mapped[str]
    document_id: Mapped[UUID | None]
    asked: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    __table_args__ = (
        location_key(),
        location_fk("payment_id", "payment"),
        location_fk("business_day_id", "business_day"),
        location_fk("document_id", "fiscal_document"),
        tenant_fk("created_by", "member"),
        tenant_index("payment_id"),
        CheckConstraint("kind IN ('refund', 'reversal')", name="kind"),
        CheckConstraint(
            "state IN ('created', 'sending', 'done', 'failed', 'cancelled', 'unknown')",
            name="state",
        ),
        CheckConstraint("amount_minor > 0", name="amount"),
    )


class JournalEntry(LocationRow, Base):
    """One posting with its cause; its lines sum to zero. Never changed."""

    __tablename__ = "journal_entry"

    cause: Mapped[str]
    cause_id: Mapped[UUID]
    business_day_id: Mapped[UUID]
    currency: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (
        location_key(),
        location_fk("business_day_id", "business_day"),
        tenant_unique("cause", "cause_id"),
        tenant_index("location_id", "business_day_id"),
        CheckConstraint("cause IN ('sale', 'payment', 'refund')", name="cause"),
    )


class JournalLine(LocationRow, Base):
    """An amount on one account: positive is debit, negative is credit."""

    __tablename__ = "journal_line"

    entry_id: Mapped[UUID]
    account: Mapped[str]
    tax_rate_id: Mapped[UUID | None]
    amount_minor: Mapped[int] = minor()

    __table_args__ = (
        location_fk("entry_id", "journal_entry"),
        tenant_fk("tax_rate_id", "tax_rate"),
        tenant_index("entry_id"),
    )
