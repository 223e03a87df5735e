"""Directory tables (no tenant of their own, reached through functions) and a tenant's places."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    Numeric,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import new_id
from app.core.keyring import Sealed
from app.core.model import (
    Base,
    Json,
    LocationRow,
    TenantRow,
    location_key,
    tenant_fk,
    tenant_unique,
)


class Tenant(Base):
    """A restaurant business: the directory's row, which only definer functions read."""

    __tablename__ = "tenant"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    erase_after: Mapped[datetime | None]


class TenantHost(Base):
    """A host name that serves a tenant's public pages, besides `<slug>.<BASE_DOMAIN>`."""

    __tablename__ = "tenant_host"

    host: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    verified_at: Mapped[datetime | None]


class TenantSlug(Base):
    """A short name that a tenant has given up: until then no other gets it, and it leads there."""

    __tablename__ = "tenant_slug"

    slug: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"), index=True)
    kept_until: Mapped[datetime]


class Account(Base):
    """A person who signs in with a password, possibly at several tenants.

    `wrong_codes` is when wrong codes of a second factor were given lately, at whichever of them.
    """

    __tablename__ = "account"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str]
    created_at: Mapped[datetime]
    wrong_codes: Mapped[list[Any]] = mapped_column(
        ARRAY(DateTime(timezone=True)), server_default="{}"
    )

    __table_args__ = (Index("uq_account_email", text("lower(email)"), unique=True),)


class Credential(Base):
    """What proves an account: its argon2id password hash."""

    __tablename__ = "credential"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    secret: Mapped[str]
    updated_at: Mapped[datetime]


class Factor(Base):
    """What proves an account besides its password.

    An authenticator app (`secret`, sealed; `counter` is the last time step that was used), a
    passkey (`key_id`, `public_key`, `counter` of its signatures) or a recovery code (`digest`).
    """

    __tablename__ = "factor"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str]
    name: Mapped[str]
    secret: Mapped[str | None] = mapped_column(Sealed())
    key_id: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    counter: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_factor_totp", "account_id", unique=True, postgresql_where=text("kind = 'totp'")),
        CheckConstraint(
            "kind = 'totp' AND secret IS NOT NULL"
            " OR kind = 'passkey' AND key_id IS NOT NULL AND public_key IS NOT NULL"
            " OR kind = 'recovery' AND digest IS NOT NULL",
            name="kind",
        ),
    )


class TenantProfile(TenantRow, Base):
    """What a tenant says of itself: its id is the tenant's. Without a row the defaults hold."""

    __tablename__ = "tenant_profile"

    brand_hue: Mapped[Decimal] = mapped_column(Numeric(6, 3), server_default="335")
    brand_chroma: Mapped[Decimal] = mapped_column(Numeric(4, 3), server_default="0.135")
    logo_id: Mapped[UUID | None]
    country: Mapped[str | None]
    needs_second_factor: Mapped[bool] = mapped_column(server_default="false")
    setup: Mapped[Json] = mapped_column(server_default="{}")

    __table_args__ = (
        tenant_fk("logo_id", "upload"),
        CheckConstraint("id = tenant_id", name="one"),
        CheckConstraint("brand_hue >= 0 AND brand_hue < 360", name="hue"),
        CheckConstraint("brand_chroma >= 0 AND brand_chroma < 0.4", name="chroma"),
    )


class Location(TenantRow, Base):
    """One venue: its clock, its law, its money, its service styles."""

    __tablename__ = "location"

    slug: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="live")
    time_zone: Mapped[str]
    locale: Mapped[str]
    currency: Mapped[str]
    cut_off: Mapped[time]
    tax_inclusive: Mapped[bool]
    rounding_mode: Mapped[str] = mapped_column(default="half_up")
    rounding_level: Mapped[str] = mapped_column(default="line")
    cash_step_minor: Mapped[int] = mapped_column(default=1)
    dine_in_style: Mapped[str] = mapped_column(default="pay_later")
    takeaway_style: Mapped[str] = mapped_column(default="pay_first")
    receipt_header: Mapped[str] = mapped_column(default="")
    receipt_footer: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        tenant_unique("slug"),
        CheckConstraint("kind IN ('live', 'training')", name="kind"),
        CheckConstraint("rounding_mode IN ('half_up', 'half_even')", name="rounding_mode"),
        CheckConstraint("rounding_level IN ('line', 'bill')", name="rounding_level"),
        CheckConstraint(
            "dine_in_style IN ('pay_first', 'pay_later')"
            " AND takeaway_style IN ('pay_first', 'pay_later')",
            name="style",
        ),
        CheckConstraint("cash_step_minor > 0", name="cash_step"),
    )


class Register(LocationRow, Base):
    """A till in the eyes of the law: what fiscal documents are numbered by."""

    __tablename__ = "register"

    name: Mapped[str]
    series: Mapped[str]

    __table_args__ = (
        location_key(),
        tenant_fk("location_id", "location"),
        tenant_unique("location_id", "series"),
    )


class BusinessDay(LocationRow, Base):
    """A day of trade, from its opening to its closing; everything sold or paid refers to one."""

    __tablename__ = "business_day"

    date: Mapped[date]
    cut_off: Mapped[time]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        location_key(),
        tenant_fk("location_id", "location"),
        tenant_unique("location_id", "date"),
        Index(
            "uq_business_day_open",
            "tenant_id",
            "location_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
    )
