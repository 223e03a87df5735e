"""People inside one tenant, their roles, and where they are signed in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.core.model import (
    Base,
    Json,
    TenantRow,
    tenant_fk,
    tenant_index,
    tenant_unique,
)


class Role(TenantRow, Base):
    """A named set of permissions."""

    __tablename__ = "role"

    name: Mapped[str]
    permissions: Mapped[list[Any]]

    __table_args__ = (tenant_unique("name"),)


class Member(TenantRow, Base):
    """An account (or a PIN-only employee) inside this tenant. `account_id` is a bare uuid."""

    __tablename__ = "member"

    account_id: Mapped[UUID | None]
    role_id: Mapped[UUID]
    name: Mapped[str]
    pin_hash: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (tenant_fk("role_id", "role"), tenant_unique("account_id"))


class MemberLocation(TenantRow, Base):
    """A location that a member may work at; no rows at all means every location."""

    __tablename__ = "member_location"

    member_id: Mapped[UUID]
    location_id: Mapped[UUID]

    __table_args__ = (
        tenant_fk("member_id", "member"),
        tenant_fk("location_id", "location"),
        tenant_unique("member_id", "location_id"),
    )


class LoginSession(TenantRow, Base):
    """One browser that somebody is signed in at, keyed by the sha256 of its cookie's token.

    `opened_by` signed in by password; `member_id` works there now (PIN switch).
    """

    __tablename__ = "login_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    member_id: Mapped[UUID]
    opened_by: Mapped[UUID]
    data: Mapped[Json]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        tenant_unique("token_hash"),
        tenant_fk("member_id", "member"),
        tenant_fk("opened_by", "member"),
        tenant_index("member_id"),
    )


class SignInFailure(TenantRow, Base):
    """A refused password or PIN; the next tries wait by how many there were lately."""

    __tablename__ = "sign_in_failure"

    subject: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (tenant_index("subject", "at"),)


class EmailLink(TenantRow, Base):
    """A link that was mailed to somebody and may be followed once: its token's sha256.

    `kind` says what following it does; `member_id` and `data` say for whom.
    """

    __tablename__ = "email_link"

    kind: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    email: Mapped[str]
    member_id: Mapped[UUID | None]
    data: Mapped[Json] = mapped_column(server_default="{}")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (
        tenant_unique("token_hash"),
        tenant_fk("member_id", "member"),
        tenant_index("member_id"),
        CheckConstraint("kind IN ('confirm', 'invite', 'reset', 'email')", name="kind"),
    )
