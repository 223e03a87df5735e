"""Who is signed in, at which device, and who could be."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.core import clock
from app.core.db import execute
from app.core.model import Json
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor, Places, Screen
from app.identity.domain import IDLE_ENDS_AFTER, LOCKS_AFTER, TABLET_TOUCH, initials
from app.identity.permissions import SCREENS


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
    is_at_tablet: bool = False

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
        return Actor(
            self.member_id,
            self.permissions,
            self.location_ids,
            self.places,
            can_ask=self.is_at_tablet,
        )


@dataclass(frozen=True, kw_only=True)
class PairedDevice:
    """A device with a live enrolment. `is_blocked`: too many wrong PINs, a manager must come."""

    id: UUID
    location_id: UUID
    kind: str
    name: str
    entry_id: UUID
    expires_at: datetime
    is_blocked: bool
    station_ids: frozenset[UUID] = frozenset()

    @property
    def is_tablet(self) -> bool:
        """Whether people work at it, one after the other, by PIN."""
        return self.kind == "tablet"

    @property
    def actor(self) -> Actor | None:
        """The screen as commands take it; None for a tablet, which does nothing by itself."""
        if self.is_tablet:
            return None
        screen = Screen(self.kind, self.station_ids)
        return Actor(self.id, SCREENS[self.kind], frozenset({self.location_id}), screen=screen)


@dataclass(frozen=True, kw_only=True)
class Login:
    """A live login session, at the tablet `device` or at somebody's own browser (None)."""

    id: UUID
    person: SignedIn
    device: PairedDevice | None
    data: Json
    last_seen_at: datetime
    expires_at: datetime


# A session `s` needs a touch not long ago; at a tablet `d` also the tablet's enrolment.
_IS_LIVE = (
    "s.revoked_at IS NULL AND s.expires_at > :now"
    " AND (s.device_id IS NULL AND s.last_seen_at > :seen_after OR"
    " d.revoked_at IS NULL AND d.expires_at > :now AND s.last_seen_at > :touched_after)"
)
# The tablet's own token is asked for too.
_FIND_LOGIN = text(
    "SELECT s.id, s.data, s.last_seen_at, s.expires_at,"  # noqa: S608 the part is the constant above
    " m.id AS member_id, m.name, r.name AS role, r.permissions,"
    " (SELECT jsonb_object_agg(l.location_id, p.permissions) FROM member_location l"
    "  LEFT JOIN role p ON p.tenant_id = l.tenant_id AND p.id = l.role_id"
    "  WHERE l.tenant_id = s.tenant_id AND l.member_id = m.id) AS places,"
    " d.id AS device_id, d.location_id AS device_location_id, d.kind, d.name AS device_name,"
    " d.entry_id, d.expires_at AS device_expires_at, d.blocked_at"
    " FROM login_session s"
    " JOIN member m ON m.tenant_id = s.tenant_id AND m.id = s.member_id AND m.active"
    " JOIN role r ON r.tenant_id = s.tenant_id AND r.id = m.role_id"
    " LEFT JOIN device d ON d.tenant_id = s.tenant_id AND d.id = s.device_id"
    " AND d.token_hash = CAST(:device_hash AS bytea)"
    f" WHERE s.tenant_id = :tenant_id AND s.token_hash = :token_hash AND {_IS_LIVE}"
)
_FIND_DEVICE = text(
    "SELECT d.id, d.location_id, d.kind, d.name, d.entry_id, d.expires_at, d.blocked_at,"
    " array(SELECT s.station_id FROM device_station s"
    "       WHERE s.tenant_id = d.tenant_id AND s.device_id = d.id) AS station_ids"
    " FROM device d WHERE d.tenant_id = :tenant_id AND d.token_hash = :device_hash"
    " AND d.revoked_at IS NULL AND d.expires_at > :now"
)
_OF_MEMBER = text(
    "SELECT s.id, s.data, s.created_at, s.last_seen_at, d.name AS device"  # noqa: S608 the part is the constant above
    " FROM login_session s"
    " LEFT JOIN device d ON d.tenant_id = s.tenant_id AND d.id = s.device_id"
    f" WHERE s.tenant_id = :tenant_id AND s.member_id = :member_id AND {_IS_LIVE}"
    " ORDER BY s.last_seen_at DESC"
)
_ARE_LIVE = text(
    "SELECT s.id FROM login_session s"  # noqa: S608 the part is the constant above
    " JOIN member m ON m.tenant_id = s.tenant_id AND m.id = s.member_id AND m.active"
    " LEFT JOIN device d ON d.tenant_id = s.tenant_id AND d.id = s.device_id"
    f" WHERE s.tenant_id = :tenant_id AND s.id = ANY(:ids) AND {_IS_LIVE}"
    " UNION ALL SELECT d.entry_id FROM device d"
    " WHERE d.tenant_id = :tenant_id AND d.entry_id = ANY(:ids)"
    " AND d.revoked_at IS NULL AND d.expires_at > :now"
)


def hash_of(token: str) -> bytes:
    """What stands in the table in place of a cookie's token."""
    return hashlib.sha256(token.encode()).digest()


def find_login(token: str, device_token: str | None = None) -> Login | None:
    """The live session of a token with its person, role, places and device: one statement."""
    row = execute(
        _FIND_LOGIN,
        {
            **_moment(),
            "token_hash": hash_of(token),
            "device_hash": hash_of(device_token) if device_token else None,
        },
    ).one_or_none()
    return _login(row) if row else None


def find_device(device_token: str) -> PairedDevice | None:
    """The device whose cookie this is, while it is enrolled and not revoked."""
    wanted = {"device_hash": hash_of(device_token)}
    row = execute(
        _FIND_DEVICE, {"tenant_id": current_tenant_id(), "now": clock.now(), **wanted}
    ).one_or_none()
    if row is None:
        return None
    return PairedDevice(
        id=row.id,
        location_id=row.location_id,
        kind=row.kind,
        name=row.name,
        entry_id=row.entry_id,
        expires_at=row.expires_at,
        is_blocked=row.blocked_at is not None,
        station_ids=frozenset(row.station_ids),
    )


def _moment() -> dict[str, Any]:
    now = clock.now()
    return {
        "tenant_id": current_tenant_id(),
        "now": now,
        "seen_after": now - IDLE_ENDS_AFTER,
        "touched_after": now - LOCKS_AFTER - TABLET_TOUCH,
    }


def _login(row: Row[Any]) -> Login | None:
    """The row as a login; nobody where the person does not work at the tablet's location."""
    device = _device_of(row)
    places = {UUID(place): held for place, held in (row.places or {}).items()}
    location_ids = frozenset(places) or None
    if device is not None:
        if location_ids is not None and device.location_id not in location_ids:
            return None
        location_ids = frozenset({device.location_id})
    own = frozenset(row.permissions)
    person = SignedIn(
        member_id=row.member_id,
        name=row.name,
        role=row.role,
        permissions=own,
        location_ids=location_ids,
        places=permissions_by_place(own, places),
        is_at_tablet=device is not None,
    )
    return Login(
        id=row.id,
        person=person,
        device=device,
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


def _device_of(row: Row[Any]) -> PairedDevice | None:
    if row.device_id is None:
        return None
    return PairedDevice(
        id=row.device_id,
        location_id=row.device_location_id,
        kind=row.kind,
        name=row.device_name,
        entry_id=row.entry_id,
        expires_at=row.device_expires_at,
        is_blocked=row.blocked_at is not None,
    )


def live_sessions(member_id: UUID) -> Sequence[Row[Any]]:
    """The sessions of a member that still open something, the latest touched first.

    Each row has `id`, `data`, `created_at`, `last_seen_at`, and `device`: a tablet's name or None.
    """
    return execute(_OF_MEMBER, {**_moment(), "member_id": member_id}).all()


def ended(entry_ids: Collection[UUID]) -> set[UUID]:
    """Those of these sessions and devices' entries that are over: one statement for all the
    sockets of a tenant.
    """
    live = execute(_ARE_LIVE, {**_moment(), "ids": list(entry_ids)}).scalars()
    return set(entry_ids) - set(live)
