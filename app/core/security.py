"""What somebody tried who may not: audit entries that an attacker cannot fill the disk with.

The first of a kind within a minute, by subject and network, writes an entry; the rest only count.
Both cost one statement, so that a refusal takes as long for whoever is known as for nobody.
"""

from datetime import datetime
from ipaddress import ip_network
from uuid import UUID

from flask import has_request_context, request
from sqlalchemy import text

from app.core import clock
from app.core.db import execute, transaction
from app.core.ids import new_id
from app.core.network import find_address
from app.core.tenant import current_tenant_id

REFUSED = "session.refused"
LOCKED = "security.locked"
DENIED = "security.denied"
FOREIGN_SITE = "security.foreign_site"
TOKEN_REUSED = "security.token_reused"  # noqa: S105 (the name of an act)
DEVICE_LOCKED = "security.device_locked"

# An entry holds ids only: of the address no more is kept than tells one provider from another.
_KEPT_BITS = {4: 24, 6: 48}

_NOTE = text(
    "WITH event AS (INSERT INTO security_event AS e (tenant_id, id, act, subject_id, what, network,"
    "  minute, times, weighed)"
    " VALUES (:tenant_id, :id, :act, :subject_id, :what, :network, :minute, 1, false)"
    " ON CONFLICT (tenant_id, act, subject_id, what, network, minute)"
    " DO UPDATE SET times = e.times + 1, weighed = false RETURNING e.id)"
    " INSERT INTO audit_entry (tenant_id, id, location_id, at, actor_id, act, subject_kind,"
    "  subject_id, after)"
    " SELECT :tenant_id, id, CAST(:location_id AS uuid), :at, CAST(:actor_id AS uuid), :act,"
    "  :subject_kind, :subject_id, jsonb_build_object('what', CAST(:what AS text))"
    # An earlier one of the minute keeps its own id, and has its entry.
    " FROM event WHERE id = :id"
)


def note(
    act: str,
    subject_kind: str,
    subject_id: UUID,
    *,
    what: str = "",
    actor_id: UUID | None = None,
    location_id: UUID | None = None,
) -> None:
    """Note a security event, in a transaction of its own or in the open one.

    `what` says more in a word of ours (a permission, a way of signing in), never in what was
    sent: each value is counted apart.
    """
    now = clock.now()
    with transaction():
        execute(
            _NOTE,
            {
                "tenant_id": current_tenant_id(),
                "id": new_id(),
                "act": act,
                "subject_kind": subject_kind,
                "subject_id": subject_id,
                "what": what,
                "network": _network_here(),
                "minute": _minute(now),
                "at": now,
                "actor_id": actor_id,
                "location_id": location_id,
            },
        )


def network_of(address: str) -> str:
    """The network of an address: 203.0.113.0/24 of 203.0.113.9; "" for what is no address."""
    own = find_address(address)
    return str(ip_network((int(own), _KEPT_BITS[own.version]), strict=False)) if own else ""


def _network_here() -> str:
    return network_of(request.remote_addr or "") if has_request_context() else ""


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
