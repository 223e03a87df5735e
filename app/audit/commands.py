"""What may be done about the trail: it is exported, and alerts are put aside."""

from uuid import UUID

from sqlalchemy import update

from app.audit.forms import Filters
from app.core import audit, clock
from app.core.db import execute, transaction
from app.core.errors import NotFound
from app.core.models import SecurityAlert
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.permissions import AUDIT_VIEW, REPORT_EXPORT


def note_export(actor: Actor, filters: Filters) -> None:
    """Write down that somebody took the trail, or a part of it, away."""
    with transaction():
        actor.require_somewhere(AUDIT_VIEW)
        actor.require_somewhere(REPORT_EXPORT)
        audit.record(
            REPORT_EXPORT,
            "tenant",
            current_tenant_id(),
            actor_id=actor.member_id,
            after={"report": "audit trail", "format": "csv", **filters.chosen},
        )


def put_aside(actor: Actor, alert_id: UUID) -> None:
    """Take an alert off the lists; doing it twice is the same as once. Raises NotFound.

    Raises Forbidden for who works at some locations only: it is the whole restaurant's.
    """
    with transaction():
        actor.require_everywhere(AUDIT_VIEW)
        changed = execute(
            update(SecurityAlert)
            .where(SecurityAlert.tenant_id == current_tenant_id(), SecurityAlert.id == alert_id)
            .values(seen_by=actor.member_id, seen_at=clock.now())
        ).rowcount
        if not changed:
            raise NotFound("no_alert", "There is no such alert.")
