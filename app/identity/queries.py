"""Who is signed in, and who could be."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text

from app.core import clock
from app.core.db import execute
from app.core.model import Json
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor, Places
from app.identity.domain import initials
from app.identity.models import Member, Role


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """The person at this browser: flask-login's current user.

    Role and permissions are the member's own; `places` has those that count elsewhere.
    """

    member_id: UUID
    name: str
    role: str
    permissions: frozenset[str]
    location_ids: frozenset[UUID] | None
    places: Places = field(default_factory=dict)

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What flask-login keeps in the session."""
        return str(self.member_id)

    @property
    def initial(self) -> str:
        """What the avatar shows."""
        return initials(self.name)

    @property
    def actor(self) -> Actor:
        """The person as commands take it, standing at no location."""
        return Actor(self.member_id, self.permissions, self.location_ids, self.places)


@dataclass(frozen=True, kw_only=True)
class Login:
    """A live login session; `opened_by` is the member who gave a password at this browser."""

    id: UUID
    person: SignedIn
    opened_by: UUID
    data: Json
    last_seen_at: datetime
    expires_at: datetime

    @property
    def browser(self) -> str:
        """What stays the same at this browser while people switch."""
        return str(self.data.get("browser", self.id))


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody who may take over this browser with a PIN."""

    member_id: UUID
    name: str
    initial: str
    role: str


_FIND_LOGIN = text(
    "SELECT s.id, s.opened_by, s.data, s.last_seen_at, s.expires_at,"
    " m.id AS member_id, m.name, r.name AS role, r.permissions,"
    " (SELECT jsonb_object_agg(l.location_id, p.permissions) FROM member_location l"
    "  LEFT JOIN role p ON p.tenant_id = l.tenant_id AND p.id = l.role_id"
    "  WHERE l.tenant_id = s.tenant_id AND l.member_id = m.id) AS places"
    " FROM login_session s"
    " JOIN member m ON m.tenant_id = s.tenant_id AND m.id = s.member_id AND m.active"
    " JOIN member o ON o.tenant_id = s.tenant_id AND o.id = s.opened_by AND o.active"
    " JOIN role r ON r.tenant_id = s.tenant_id AND r.id = m.role_id"
    " WHERE s.tenant_id = :tenant_id AND s.token_hash = :token_hash"
    " AND s.revoked_at IS NULL AND s.expires_at > :now"
)

_ARE_LIVE = text(
    "SELECT s.id FROM login_session s"
    " JOIN member m ON m.tenant_id = s.tenant_id AND m.id = s.member_id AND m.active"
    " JOIN member o ON o.tenant_id = s.tenant_id AND o.id = s.opened_by AND o.active"
    " WHERE s.tenant_id = :tenant_id AND s.id = ANY(:ids)"
    " AND s.revoked_at IS NULL AND s.expires_at > :now"
)


def hash_of(token: str) -> bytes:
    """What stands in the table in place of a cookie's token."""
    return hashlib.sha256(token.encode()).digest()


def find_login(token: str) -> Login | None:
    """The live session of a token with its person, role and places: one statement."""
    row = execute(
        _FIND_LOGIN,
        {"tenant_id": current_tenant_id(), "token_hash": hash_of(token), "now": clock.now()},
    ).one_or_none()
    return _login(row) if row else None


def _login(row: Row[Any]) -> Login:
    places = {UUID(place): held for place, held in (row.places or {}).items()}
    own = frozenset(row.permissions)
    person = SignedIn(
        member_id=row.member_id,
        name=row.name,
        role=row.role,
        permissions=own,
        location_ids=frozenset(places) or None,
        places=permissions_by_place(own, places),
    )
    return Login(
        id=row.id,
        person=person,
        opened_by=row.opened_by,
        data=dict(row.data),
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
    )


def permissions_by_place(
    own: frozenset[str], places: Mapping[UUID, Collection[str] | None]
) -> Places:
    """What counts where: by location, None where the member's own role does."""
    other: dict[UUID | None, frozenset[str]] = {
        place: frozenset(held) for place, held in places.items() if held is not None
    }
    return {**other, None: own} if other else {}


def ended(session_ids: Collection[UUID]) -> set[UUID]:
    """Those of these sessions that are over: one statement for all the sockets of a tenant."""
    live = execute(
        _ARE_LIVE,
        {"tenant_id": current_tenant_id(), "ids": list(session_ids), "now": clock.now()},
    ).scalars()
    return set(session_ids) - set(live)


def colleagues() -> list[Colleague]:
    """The active members who have a PIN, by name."""
    rows = execute(
        select(Member.id, Member.name, Role.name.label("role"))
        .join(Role, (Role.tenant_id == Member.tenant_id) & (Role.id == Member.role_id))
        .where(
            Member.tenant_id == current_tenant_id(),
            Member.active,
            Member.pin_hash.is_not(None),
        )
        .order_by(Member.name, Member.id)
    ).all()
    return [
        Colleague(member_id=row.id, name=row.name, initial=initials(row.name), role=row.role)
        for row in rows
    ]
