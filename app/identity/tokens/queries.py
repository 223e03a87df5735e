"""Whom a program acts for, and what a restaurant has let in."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text

from app.core import clock
from app.core.db import execute
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.models import Member
from app.identity.permissions import ASKED, PERMISSIONS
from app.identity.queries import permissions_by_place
from app.identity.tokens.domain import HONOURED, MACHINE
from app.identity.tokens.models import ApiGrant

# A grant lives while nobody revoked it, its time has not come, its member works here, and (for
# a person's program) the member's tokens were not ended since. The key may be one just retired.
_IS_LIVE = (
    " g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > :now)"
    " AND m.active AND (g.kind = 'machine' OR g.epoch = m.token_epoch)"
)
_HOLDER = (
    "SELECT g.id, g.kind, g.scopes, g.secret_hash, g.expires_at,"
    " m.id AS member_id, m.token_epoch, r.permissions"
)
_JOINED = (
    " FROM api_grant g"
    " JOIN member m ON m.tenant_id = g.tenant_id AND m.id = g.member_id"
    " JOIN role r ON r.tenant_id = m.tenant_id AND r.id = m.role_id"
)
_FIND_BEARER = text(
    f"{_HOLDER}, k.public_key,"  # noqa: S608 the parts are the constants above
    " (SELECT jsonb_object_agg(l.location_id, p.permissions) FROM member_location l"
    "  LEFT JOIN role p ON p.tenant_id = l.tenant_id AND p.id = l.role_id"
    "  WHERE l.tenant_id = m.tenant_id AND l.member_id = m.id) AS places"
    f"{_JOINED}"
    " JOIN signing_key k ON k.tenant_id = g.tenant_id AND k.id = :key_id"
    "  AND (k.retired_at IS NULL OR k.retired_at > :honoured_since)"
    f" WHERE g.tenant_id = :tenant_id AND g.id = :grant_id AND {_IS_LIVE}"
)
_LOCK_GRANT = text(
    f"{_HOLDER}{_JOINED}"
    f" WHERE g.tenant_id = :tenant_id AND g.id = :grant_id AND {_IS_LIVE} FOR UPDATE OF g"
)


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A live grant with its member: what is left of its scopes is what the role still holds."""

    grant_id: UUID
    member_id: UUID
    epoch: int
    scopes: frozenset[str]
    secret_hash: bytes | None
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Bearer:
    """What proves an access token, and whom it stands for."""

    holder: Holder
    public_key: bytes
    places: Mapping[UUID, Collection[str] | None]

    def actor(self, scopes: frozenset[str]) -> Actor:
        """The member, with no more than the token's scopes, and less where his role there has."""
        held = self.holder.scopes & scopes
        places = permissions_by_place(held, self.places)
        return Actor(
            self.holder.member_id,
            held,
            frozenset(self.places) or None,
            {place: granted & held for place, granted in places.items()},
        )


@dataclass(frozen=True, kw_only=True)
class GrantView:
    """A grant as a person reads it. `acts` are descriptions of what its scopes let do today."""

    id: UUID
    name: str
    member_id: UUID
    member: str
    is_machine: bool
    prefix: str
    acts: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


def find_bearer(key_id: UUID, grant_id: UUID) -> Bearer | None:
    """The live grant and the honoured key that a token names: one statement."""
    now = clock.now()
    row = execute(
        _FIND_BEARER,
        {
            "tenant_id": current_tenant_id(),
            "key_id": key_id,
            "grant_id": grant_id,
            "now": now,
            "honoured_since": now - HONOURED,
        },
    ).one_or_none()
    if row is None:
        return None
    return Bearer(
        holder=_holder(row),
        public_key=row.public_key,
        places={UUID(place): held for place, held in (row.places or {}).items()},
    )


def lock_grant(grant_id: UUID) -> Holder | None:
    """A live grant, whose next token waits for this transaction."""
    row = execute(
        _LOCK_GRANT,
        {"tenant_id": current_tenant_id(), "grant_id": grant_id, "now": clock.now()},
    ).one_or_none()
    return _holder(row) if row else None


def live_grants(member_id: UUID | None = None) -> list[GrantView]:
    """The grants that open something, of the restaurant or of one member, newest first."""
    tenant_id, now = current_tenant_id(), clock.now()
    statement = (
        select(ApiGrant.__table__, Member.name.label("member"))
        .join(Member, (Member.tenant_id == ApiGrant.tenant_id) & (Member.id == ApiGrant.member_id))
        .where(
            ApiGrant.tenant_id == tenant_id,
            ApiGrant.revoked_at.is_(None),
            ApiGrant.expires_at.is_(None) | (ApiGrant.expires_at > now),
            Member.active,
            (ApiGrant.kind == MACHINE) | (ApiGrant.epoch == Member.token_epoch),
        )
        .order_by(ApiGrant.created_at.desc(), ApiGrant.id)
    )
    if member_id is not None:
        statement = statement.where(ApiGrant.member_id == member_id)
    return [_view(row) for row in execute(statement)]


def _holder(row: Row[Any]) -> Holder:
    return Holder(
        grant_id=row.id,
        member_id=row.member_id,
        epoch=row.token_epoch,
        scopes=frozenset(row.scopes) & frozenset(row.permissions),
        secret_hash=row.secret_hash,
        expires_at=row.expires_at,
    )


def _view(row: Row[Any]) -> GrantView:
    return GrantView(
        id=row.id,
        name=row.name,
        member_id=row.member_id,
        member=row.member,
        is_machine=row.kind == MACHINE,
        prefix=row.prefix,
        acts=[PERMISSIONS[scope].description for scope in row.scopes if scope in ASKED],
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )
