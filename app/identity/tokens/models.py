"""What programs get in with: grants, their refresh tokens, and the keys that sign for them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.keyring import Sealed
from app.core.model import Base, TenantRow, tenant_fk, tenant_index, tenant_unique


class SigningKey(TenantRow, Base):
    """An Ed25519 key of this tenant's access tokens; `id` is the token's `kid`.

    One key signs; a retired one is honoured until what it signed has run out.
    """

    __tablename__ = "signing_key"

    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    private_key: Mapped[str] = mapped_column(Sealed)
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_signing_key_active",
            "tenant_id",
            unique=True,
            postgresql_where=text("retired_at IS NULL"),
        ),
    )


class ApiGrant(TenantRow, Base):
    """What a member lets a program do in his name: never more than he may do himself.

    A `machine` proves itself by a secret (its sha256 is kept; `prefix` is what a person
    recognises it by), a `person`'s program by a family of refresh tokens, which ends when
    the member's `token_epoch` moves on.
    """

    __tablename__ = "api_grant"

    member_id: Mapped[UUID]
    kind: Mapped[str]
    name: Mapped[str]
    scopes: Mapped[list[Any]]
    prefix: Mapped[str]
    secret_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    epoch: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        tenant_fk("member_id", "member"),
        tenant_index("member_id"),
        CheckConstraint("kind IN ('person', 'machine')", name="kind"),
        CheckConstraint("(kind = 'machine') = (secret_hash IS NOT NULL)", name="secret"),
    )


class RefreshToken(TenantRow, Base):
    """One link of a family: spent by its first use, which makes the next (`parent_id`: from)."""

    __tablename__ = "refresh_token"

    grant_id: Mapped[UUID]
    parent_id: Mapped[UUID | None]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]

    __table_args__ = (
        tenant_unique("token_hash"),
        tenant_fk("grant_id", "api_grant"),
        tenant_index("grant_id"),
        Index(
            "uq_refresh_token_live",
            "tenant_id",
            "grant_id",
            unique=True,
            postgresql_where=text("spent_at IS NULL"),
        ),
    )
