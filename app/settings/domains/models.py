"""Host names that a restaurant has asked for."""

from datetime import datetime

from sqlalchemy.orm import Mapped

from app.core.model import Base, TenantRow, tenant_unique


class Domain(TenantRow, Base):
    """A domain that a restaurant says is its own. Which tenant a host serves stands in tenant_host.

    `asked_at` is when the last look-up was ordered, `checked_at` when it was done; `problem` is
    what it showed (`rules.Found`).
    """

    __tablename__ = "domain"

    host: Mapped[str]
    proof: Mapped[str]
    added_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    problem: Mapped[str | None]
    verified_at: Mapped[datetime | None]
    missing_since: Mapped[datetime | None]

    __table_args__ = (tenant_unique("host"),)
