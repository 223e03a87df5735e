"""What a restaurant asks of those who manage it: a second factor, or not."""

from dataclasses import dataclass

from sqlalchemy import text

from app.core import audit
from app.core.db import execute, transaction
from app.core.tenant import current_tenant_id
from app.identity.account.people import MANAGES
from app.identity.actor import Actor
from app.identity.domain import initials
from app.identity.logins import LACKS_FACTOR
from app.identity.permissions import TENANT_MANAGE
from app.tenancy.commands import save_profile
from app.tenancy.queries import get_profile

_MANAGERS = text(
    "SELECT m.name, r.name AS role, app.account_has_factor(m.account_id) AS has_factor"
    " FROM member m JOIN role r ON r.tenant_id = m.tenant_id AND r.id = m.role_id"
    " WHERE m.tenant_id = :tenant_id AND m.active AND m.account_id IS NOT NULL"
    " AND r.permissions ? :manages ORDER BY m.name, m.id"
)
# Who is signed in is led to set one up with the next request.
_LEAD = text(
    "UPDATE login_session s"
    " SET data = jsonb_set(s.data, ARRAY[:mark], to_jsonb(CAST(:on AS boolean)))"
    " FROM member m JOIN role r ON r.tenant_id = m.tenant_id AND r.id = m.role_id"
    " WHERE s.tenant_id = :tenant_id AND s.revoked_at IS NULL AND s.device_id IS NULL"
    " AND m.tenant_id = s.tenant_id AND m.id = s.member_id AND m.account_id IS NOT NULL"
    " AND r.permissions ? :manages AND NOT app.account_has_factor(m.account_id)"
)


@dataclass(frozen=True, kw_only=True)
class Manager:
    """Somebody whom the rule is for."""

    name: str
    initial: str
    role: str
    has_factor: bool


def managers() -> list[Manager]:
    """Owners and managers who sign in by e-mail, by name."""
    rows = execute(_MANAGERS, {"tenant_id": current_tenant_id(), "manages": MANAGES})
    return [
        Manager(name=row.name, initial=initials(row.name), role=row.role, has_factor=row.has_factor)
        for row in rows
    ]


def ask_for_factor(actor: Actor, *, needed: bool) -> None:
    """Say whether owners and managers need a second factor, from their next request on."""
    with transaction():
        actor.require_everywhere(TENANT_MANAGE)
        before = get_profile().needs_second_factor
        save_profile(needs_second_factor=needed)
        values = {"tenant_id": current_tenant_id(), "manages": MANAGES}
        execute(_LEAD, {**values, "mark": LACKS_FACTOR, "on": needed})
        audit.record(
            TENANT_MANAGE,
            "tenant",
            current_tenant_id(),
            actor_id=actor.member_id,
            before={"needs_second_factor": before},
            after={"needs_second_factor": needed},
        )
