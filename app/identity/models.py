"""People inside one tenant, their roles, and where they are signed in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.core.model import (
    Base,
    Json,
    LocationRow,
    TenantRow,
    location_fk,
    location_key,
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
    """An account (or a PIN-only employee) inside this tenant. `account_id` is a bare uuid.

    An invitation waits at `invited_email` until it is accepted, withdrawn, or the member leaves.
    Access tokens say the `token_epoch` that they were made in; none of an earlier one is taken.
    """

    __tablename__ = "member"

    account_id: Mapped[UUID | None] = mapped_column(index=True)  # asked across tenants, too
    role_id: Mapped[UUID]
    name: Mapped[str]
    pin_hash: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    invited_email: Mapped[str | None]
    token_epoch: Mapped[int] = mapped_column(default=0, server_default="0")
    erased_at: Mapped[datetime | None]

    __table_args__ = (
        tenant_fk("role_id", "role"),
        tenant_unique("account_id"),
        tenant_unique("invited_email"),
    )


class MemberLocation(TenantRow, Base):
    """A location that a member may work at; no rows at all means every location.

    `role_id` names the role that counts there in place of the member's own.
    """

    __tablename__ = "member_location"

    member_id: Mapped[UUID]
    location_id: Mapped[UUID]
    role_id: Mapped[UUID | None]

    __table_args__ = (
        tenant_fk("member_id", "member"),
        tenant_fk("location_id", "location"),
        tenant_fk("role_id", "role"),
        tenant_unique("member_id", "location_id"),
    )


class LoginSession(TenantRow, Base):
    """One browser that somebody is signed in at, keyed by the sha256 of its cookie's token.

    At a paired tablet (`device_id`) it counts together with the tablet's own cookie alone.
    `last_seen_at` is when the person last touched the screen, a little late.
    """

    __tablename__ = "login_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    member_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    data: Mapped[Json]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        tenant_unique("token_hash"),
        tenant_fk("member_id", "member"),
        tenant_fk("device_id", "device"),
        tenant_index("member_id"),
        tenant_index("device_id"),
    )


class SignInFailure(TenantRow, Base):
    """A refused password, PIN or code; the next tries wait by how many there were lately.

    `device_id` is the tablet at which a PIN was refused.
    """

    __tablename__ = "sign_in_failure"

    subject: Mapped[str]
    at: Mapped[datetime]
    device_id: Mapped[UUID | None]

    __table_args__ = (
        tenant_fk("device_id", "device"),
        tenant_index("subject", "at"),
        tenant_index("device_id"),
    )


class Device(LocationRow, Base):
    """A tablet, a kitchen screen or a pickup board of a location.

    It waits with a hash of its code, then it is paired with a hash of its cookie's token.
    `entry_id` is new whenever that or its stations change: what its sockets were let in by.
    """

    __tablename__ = "device"

    kind: Mapped[str]
    name: Mapped[str]
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    code_expires_at: Mapped[datetime | None]
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    entry_id: Mapped[UUID]
    paired_by: Mapped[UUID]
    paired_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    battery: Mapped[int | None]
    version: Mapped[str | None]
    blocked_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        location_key(),
        tenant_fk("location_id", "location"),
        tenant_fk("paired_by", "member"),
        tenant_unique("token_hash"),
        tenant_unique("code_hash"),
        CheckConstraint("kind IN ('tablet', 'kitchen', 'pickup')", name="kind"),
        CheckConstraint("battery BETWEEN 0 AND 100", name="battery"),
        CheckConstraint("(token_hash IS NULL) = (expires_at IS NULL)", name="enrolment"),
    )


class DeviceStation(LocationRow, Base):
    """A station whose board a kitchen screen shows."""

    __tablename__ = "device_station"

    device_id: Mapped[UUID]
    station_id: Mapped[UUID]

    __table_args__ = (
        location_fk("device_id", "device", ondelete="CASCADE"),
        location_fk("station_id", "station"),
        tenant_unique("device_id", "station_id"),
    )


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
