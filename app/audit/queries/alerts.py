"""Alerts that nobody has put aside."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.audit.domain import RULES
from app.audit.words import ALERTS
from app.core import clock
from app.core.db import execute
from app.core.models import SecurityAlert
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.permissions import AUDIT_VIEW

SHOWN_FOR = timedelta(days=30)
MOST = 20


@dataclass(frozen=True, kw_only=True)
class Alert:
    """An alert as the page shows it, with the first of the acts that led to it."""

    id: UUID
    what: str
    act: str
    times: int
    at: datetime


def open_alerts(actor: Actor) -> list[Alert]:
    """The alerts of the last days that nobody has put aside, newest first.

    They are the whole restaurant's: who works at some of its locations is told of none.
    """
    if not actor.may_everywhere(AUDIT_VIEW):
        return []
    rows = execute(
        select(SecurityAlert.__table__)
        .where(
            SecurityAlert.tenant_id == current_tenant_id(),
            SecurityAlert.seen_at.is_(None),
            SecurityAlert.at > clock.now() - SHOWN_FOR,
        )
        .order_by(SecurityAlert.at.desc())
        .limit(MOST)
    )
    acts = {rule.kind: rule.acts[0] for rule in RULES}
    return [
        Alert(
            id=row.id,
            what=str(ALERTS.get(row.kind, row.kind)),
            act=acts.get(row.kind, ""),
            times=row.times,
            at=row.at,
        )
        for row in rows
    ]
