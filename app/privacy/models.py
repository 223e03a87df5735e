"""How long things are kept, where a tenant says so; and what was put together to be taken away."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.model import Base, Json, TenantRow, tenant_index


class Retention(Base):
    """For how many days the tenant keeps a kind of thing; without a row the default holds."""

    __tablename__ = "retention"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    days: Mapped[int]

    __table_args__ = (CheckConstraint("days > 0", name="days"),)


class DataExport(TenantRow, Base):
    """Data of one member, of guests (by their orders) or of the whole tenant, as a file.

    Until it is ready `progress` says how far the draft goes (packing.Progress).
    """

    __tablename__ = "data_export"

    kind: Mapped[str]
    subject_ids: Mapped[list[Any]]
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    size: Mapped[int | None] = mapped_column(BigInteger)
    progress: Mapped[Json | None]

    __table_args__ = (
        tenant_index("asked_at"),
        CheckConstraint("kind IN ('member', 'guest', 'tenant')", name="kind"),
    )
