"""Tables of the core: outbox, counters, idempotency, audit trail, history of states."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.model import Base, Json, LocationRow, TenantRow, tenant_index, tenant_unique


class Outbox(TenantRow, Base):
    """One asynchronous effect of a committed change; `seq` stands only on stream rows."""

    __tablename__ = "outbox"

    event: Mapped[str]
    handler: Mapped[str]
    payload: Mapped[Json]
    location_id: Mapped[UUID | None]
    seq: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    not_before: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    error: Mapped[str | None]

    __table_args__ = (
        tenant_unique("location_id", "seq"),
        Index(
            "ix_outbox_unsent",
            text("seq NULLS FIRST"),
            "id",
            postgresql_where=text("sent_at IS NULL"),
        ),
        Index(
            "ix_outbox_unfinished",
            "sent_at",
            postgresql_where=text("done_at IS NULL AND sent_at IS NOT NULL"),
        ),
        tenant_index("created_at"),
    )


class LocationCounter(Base):
    """A number without gaps: changes of a location, orders of a day, documents of a series."""

    __tablename__ = "location_counter"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    location_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True, default="")
    value: Mapped[int] = mapped_column(BigInteger)


class Idempotency(Base):
    """What a gesture did the first time, so that its repeat gets the same answer."""

    __tablename__ = "idempotency"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    actor_id: Mapped[UUID | None]
    route: Mapped[str]
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    result: Mapped[Json | None]
    created_at: Mapped[datetime]

    __table_args__ = (tenant_index("created_at"),)


class AuditEntry(TenantRow, Base):
    """Who did what to which thing, and why. Ids only, never names. Never changed."""

    __tablename__ = "audit_entry"

    location_id: Mapped[UUID | None]
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    approver_id: Mapped[UUID | None]
    device_id: Mapped[UUID | None]
    act: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    reason: Mapped[str | None]
    before: Mapped[Json | None]
    after: Mapped[Json | None]
    transaction_id: Mapped[int] = mapped_column(
        BigInteger, server_default=text("(pg_current_xact_id()::text::bigint)")
    )

    __table_args__ = (
        tenant_index("at", "id"),
        tenant_index("subject_id"),
        tenant_index("actor_id", "at"),
        tenant_index("act", "at"),
        Index(
            "ix_audit_entry_approved",
            "tenant_id",
            "approver_id",
            postgresql_where=text("approver_id IS NOT NULL"),
        ),
    )


class AuditUnsealed(Base):
    """An entry that waits for its seal: a trigger writes it, so that none can be forgotten."""

    __tablename__ = "audit_unsealed"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(primary_key=True)


class AuditSeal(Base):
    """An entry's place in the tenant's hash chain, from 1 without gaps. Never changed."""

    __tablename__ = "audit_seal"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    entry_id: Mapped[UUID]
    hash: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (tenant_unique("entry_id"),)


class SecurityEvent(TenantRow, Base):
    """How often something suspicious happened within a minute. Its id is its audit entry's.

    The entry stays for good and names nobody; what is here is kept for days: the network that
    it came from, and how often. `weighed` once the clock has held it against the thresholds.
    """

    __tablename__ = "security_event"

    act: Mapped[str]
    subject_id: Mapped[UUID]
    what: Mapped[str]
    network: Mapped[str]
    minute: Mapped[datetime]
    times: Mapped[int] = mapped_column(default=1)
    weighed: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        tenant_unique("act", "subject_id", "what", "network", "minute"),
        tenant_index("minute"),
        Index("ix_security_event_unweighed", "tenant_id", postgresql_where=text("NOT weighed")),
    )


class SecurityAlert(TenantRow, Base):
    """Something that the owner was told of: at most one a kind and hour."""

    __tablename__ = "security_alert"

    kind: Mapped[str]
    hour: Mapped[datetime]
    at: Mapped[datetime]
    times: Mapped[int]
    seen_by: Mapped[UUID | None]
    seen_at: Mapped[datetime | None]

    __table_args__ = (tenant_unique("kind", "hour"), tenant_index("at"))


class StateChange(LocationRow, Base):
    """One step of a row's state, written by a trigger so that none can be forgotten."""

    __tablename__ = "state_change"

    subject: Mapped[str]
    subject_id: Mapped[UUID]
    from_state: Mapped[str]
    to_state: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))

    __table_args__ = (
        tenant_index("subject_id"),
        CheckConstraint("from_state <> to_state", name="moves"),
    )


class Upload(TenantRow, Base):
    """A picture that was uploaded: its files have its name, `size_bytes` is of them all."""

    __tablename__ = "upload"

    kind: Mapped[str]
    name: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int]
    height: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]

    __table_args__ = (
        tenant_unique("name"),
        CheckConstraint("kind IN ('logo', 'item')", name="kind"),
        CheckConstraint("size_bytes > 0 AND width > 0 AND height > 0", name="size"),
    )
