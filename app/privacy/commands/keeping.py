"""Retention: what is over is removed each night, and the trail says how much of what.

This is the one place where the product throws things away by their age.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, inspect, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from app.core import audit, clock, mail, uploads
from app.core.clockwork import apart, in_each
from app.core.db import execute, transaction
from app.core.model import Base
from app.core.models import Idempotency, Outbox, SecurityAlert, SecurityEvent
from app.core.tenant import current_tenant_id, tenant_scope
from app.identity.actor import Actor
from app.identity.models import Device, EmailLink, LoginSession, SignInFailure
from app.identity.permissions import TENANT_MANAGE
from app.identity.tokens.exchange import drop_old_refresh_tokens
from app.identity.tokens.keys import drop_old_keys
from app.ordering.models import Line, Order
from app.privacy.commands.closing import close_unfounded
from app.privacy.commands.erasing import forget_guests
from app.privacy.commands.exporting import drop_exports
from app.privacy.domain import BY_NAME, KINDS, REMOVED
from app.privacy.errors import out_of_bounds
from app.privacy.files import remove_letters
from app.privacy.models import DataExport, Retention
from app.privacy.queries import retention_days
from app.tenancy.queries import all_tenants, house_date

EVERY_S = 600.0
AT_ONCE = 500
# A statement that removes more may take longer than the database lets it.
ROWS_AT_ONCE = 2000
LEFT_OVER = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Night:
    """How much of each kind a night removed; not `is_whole` where one of them failed."""

    removed: Mapping[str, int]
    is_whole: bool


# Each tenant's last date that is done, by this process: one that starts anew finds nothing.
_nights: dict[UUID, date] = {}


def enforce_nightly() -> None:
    """Remove what is over: in each tenant once a day, when its business day has ended.

    One whose night failed has it again the next time. Old letters go from the local mailbox.
    """
    with tenant_scope(None):
        tenants = all_tenants()
    in_each([tenant.id for tenant in tenants], _enforce_tonight)
    remove_letters(clock.now() - timedelta(days=BY_NAME["mails"].days))


def _enforce_tonight() -> None:
    tenant_id, tonight = current_tenant_id(), house_date(clock.now())
    if _nights.get(tenant_id) != tonight and enforce().is_whole:
        _nights[tenant_id] = tonight


def enforce() -> Night:
    """Remove what is over in the tenant in scope, some rows a transaction.

    A kind that fails is in the log, and the others are removed.
    """
    now, removed, done = clock.now(), Counter[str](), 0
    days = retention_days()
    for name, remove in _REMOVALS.items():
        with apart(name):
            while count := _remove(remove, now - timedelta(days=days[name])):
                removed[name] += count
            done += 1
    if removed:
        with transaction():
            audit.record(REMOVED, "tenant", current_tenant_id(), actor_id=None, after=removed)
    with transaction():
        _throw_away_leftovers(now)
        close_unfounded(now)
    return Night(removed=removed, is_whole=done == len(_REMOVALS))


def _remove(remove: Callable[[datetime], int], over: datetime) -> int:
    with transaction():
        return remove(over)


def _throw_away_leftovers(now: datetime) -> None:
    """What opens nothing any more, or what no row names: nobody decides how long that is kept."""
    _delete(Device, Device.token_hash.is_(None), Device.code_expires_at < now - LEFT_OVER)
    drop_old_refresh_tokens()
    drop_old_keys()
    uploads.sweep()


def set_retention(actor: Actor, days: Mapping[str, int]) -> None:
    """Keep kinds of things for so many days; raises Invalid outside a kind's bounds."""
    wrong = [
        kind for kind in KINDS if not kind.least <= days.get(kind.name, kind.days) <= kind.most
    ]
    if wrong:
        raise out_of_bounds(wrong)
    with transaction():
        actor.require_everywhere(TENANT_MANAGE)
        before = retention_days()
        changed = {name: n for name, n in days.items() if name in before and before[name] != n}
        for name, count in changed.items():
            _set(name, count)
        if changed:
            audit.record(
                TENANT_MANAGE,
                "tenant",
                current_tenant_id(),
                actor_id=actor.member_id,
                before={name: before[name] for name in changed},
                after=changed,
            )


def _set(name: str, days: int) -> None:
    execute(
        insert(Retention)
        .values(tenant_id=current_tenant_id(), kind=name, days=days)
        .on_conflict_do_update(index_elements=["tenant_id", "kind"], set_={"days": days})
    )


def _delete(model: type[Base], *conditions: ColumnElement[bool]) -> int:
    """Delete ROWS_AT_ONCE of the tenant's rows that fit, or all that are left; returns how many."""
    key = tuple(inspect(model).primary_key)
    fitting = (inspect(model).columns.tenant_id == current_tenant_id(), *conditions)
    some = select(*key).where(*fitting).limit(ROWS_AT_ONCE)
    return execute(delete(model).where(*fitting, tuple_(*key).in_(some))).rowcount


def _effects(over: datetime) -> int:
    done = Outbox.done_at.is_not(None) | (Outbox.seq.is_not(None) & Outbox.sent_at.is_not(None))
    return _delete(Outbox, Outbox.created_at < over, done, Outbox.handler != mail.JOB)


def _mails(over: datetime) -> int:
    is_over = (Outbox.created_at < over, Outbox.done_at.is_not(None))
    return _delete(Outbox, *is_over, Outbox.handler == mail.JOB)


def _gestures(over: datetime) -> int:
    return _delete(Idempotency, Idempotency.created_at < over)


def _sessions(over: datetime) -> int:
    return _delete(LoginSession, LoginSession.expires_at < over)


def _links(over: datetime) -> int:
    return _delete(EmailLink, EmailLink.expires_at < over)


def _failures(over: datetime) -> int:
    return _delete(SignInFailure, SignInFailure.at < over)


def _security(over: datetime) -> int:
    return _delete(SecurityEvent, SecurityEvent.minute < over, SecurityEvent.weighed.is_(True))


def _alerts(over: datetime) -> int:
    return _delete(SecurityAlert, SecurityAlert.at < over)


def _exports(_over: datetime) -> int:
    """Each has its own end. One that is put together still has none."""
    return drop_exports(DataExport.expires_at < clock.now(), DataExport.ready_at.is_not(None))


def _guests(over: datetime) -> int:
    count = 0
    tenant_id = current_tenant_id()
    named = select(Order.id).where(
        Order.tenant_id == tenant_id, Order.closed_at < over, Order.pickup_name != ""
    )
    # Nothing is added to an order that is closed: this finds few, whatever is in the restaurant.
    old_notes = select(Line.order_id).where(
        Line.tenant_id == tenant_id, Line.note != "", Line.added_at < over
    )
    noted = select(Order.id).where(
        Order.tenant_id == tenant_id, Order.closed_at < over, Order.id.in_(old_notes)
    )
    while ids := list(execute(named.union(noted).limit(AT_ONCE)).scalars()):
        count += forget_guests(ids)
    return count


_REMOVALS: Mapping[str, Callable[[datetime], int]] = {
    "guests": _guests,
    "sessions": _sessions,
    "failures": _failures,
    "security": _security,
    "alerts": _alerts,
    "links": _links,
    "mails": _mails,
    "exports": _exports,
    "effects": _effects,
    "gestures": _gestures,
}
