"""Telling the owner: security events above a threshold make an alert, at most one an hour."""

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.audit.domain import WEIGHED_OVER, Rule, broken_rules
from app.core import clock
from app.core.db import execute, transaction
from app.core.ids import new_id
from app.core.models import SecurityAlert, SecurityEvent
from app.core.tenant import current_tenant_id


def weigh() -> None:
    """Hold the tenant's recent security events against the thresholds, where there are new ones."""
    tenant_id = current_tenant_id()
    with transaction():
        # First: who counts on meanwhile waits, and marks it unweighed again.
        fresh = execute(
            update(SecurityEvent)
            .where(SecurityEvent.tenant_id == tenant_id, ~SecurityEvent.weighed)
            .values(weighed=True)
        ).rowcount
        if fresh:
            for rule, count in broken_rules(_recent()):
                _alert(rule, count)


def _recent() -> dict[str, int]:
    rows = execute(
        select(SecurityEvent.act, func.sum(SecurityEvent.count))
        .where(
            SecurityEvent.tenant_id == current_tenant_id(),
            SecurityEvent.minute > clock.now() - WEIGHED_OVER,
        )
        .group_by(SecurityEvent.act)
    )
    return {act: int(count) for act, count in rows}


def _alert(rule: Rule, count: int) -> None:
    now = clock.now()
    execute(
        insert(SecurityAlert)
        .values(
            tenant_id=current_tenant_id(),
            id=new_id(),
            kind=rule.kind,
            hour=now.replace(minute=0, second=0, microsecond=0),
            at=now,
            count=count,
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "kind", "hour"])
    )
