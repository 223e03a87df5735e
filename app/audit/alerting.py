"""Telling the owner: security events above a threshold make an alert, at most one an hour."""

from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.audit.domain import WEIGHED_OVER, Rule, broken_rules
from app.audit.words import ALERTS
from app.core import clock, mail
from app.core.db import execute, transaction
from app.core.ids import new_id
from app.core.models import SecurityAlert, SecurityEvent
from app.core.tenant import current_tenant_id
from app.identity.addresses import owners_addresses
from app.tenancy.queries import get_tenant_by_id


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
            for rule, times in broken_rules(_recent()):
                _alert(rule, times)


def _recent() -> dict[str, int]:
    rows = execute(
        select(SecurityEvent.act, func.sum(SecurityEvent.times).label("times"))
        .where(
            SecurityEvent.tenant_id == current_tenant_id(),
            SecurityEvent.minute > clock.now() - WEIGHED_OVER,
        )
        .group_by(SecurityEvent.act)
    )
    return {row.act: int(row.times) for row in rows}


def _alert(rule: Rule, times: int) -> None:
    now = clock.now()
    is_new = execute(
        insert(SecurityAlert)
        .values(
            tenant_id=current_tenant_id(),
            id=new_id(),
            kind=rule.kind,
            hour=now.replace(minute=0, second=0, microsecond=0),
            at=now,
            times=times,
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "kind", "hour"])
    ).rowcount
    if is_new:
        _mail_owners(rule, times)


def _mail_owners(rule: Rule, times: int) -> None:
    tenant = get_tenant_by_id(current_tenant_id())
    what, trail = str(ALERTS[rule.kind]), f"/t/{tenant.slug}/settings/audit?act={rule.acts[0]}"
    body = _(
        "%(what)s at %(name)s: %(n)s within ten minutes.", what=what, name=tenant.name, n=times
    )
    for address in owners_addresses():
        mail.send_later(address, f"{tenant.name}: {what}", f"{body}\n\n{mail.link_to(trail)}\n")
