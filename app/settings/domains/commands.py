"""Domains of one's own: asked for, proven, looked after, given up."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.core import audit, clock
from app.core.clockwork import in_each
from app.core.db import end_reading, execute, transaction
from app.core.errors import Conflict, Invalid, NotFound
from app.core.ids import new_id
from app.core.model import Json
from app.core.outbox import later
from app.core.tenant import current_tenant_id, tenant_scope
from app.identity.actor import Actor
from app.identity.permissions import SETTINGS_EDIT
from app.settings.domains.dns import NotAnswered, Resolver
from app.settings.domains.models import Domain
from app.settings.domains.rules import (
    CHECKED_EVERY,
    MOST,
    Found,
    check_host,
    is_given_up,
    is_under_way,
    look_at,
    record_name,
)
from app.tenancy.commands import claim_host, release_host
from app.tenancy.queries import all_tenants

CHECK = "domains.check"
VERIFIED, DROPPED = "domain.verified", "domain.dropped"


def add_domain(actor: Actor, text: str) -> UUID:
    """Ask for a domain; it serves nothing before its record is found. Raises Invalid."""
    host = check_host(text, current_app.extensions["settings"].base_domain)
    domain_id = new_id()
    with transaction():
        actor.require_everywhere(SETTINGS_EDIT)
        _check_room()
        added = execute(
            insert(Domain)
            .values(
                tenant_id=current_tenant_id(),
                id=domain_id,
                host=host,
                proof=secrets.token_urlsafe(24),
                added_at=clock.now(),
            )
            .on_conflict_do_nothing()
        )
        if not added.rowcount:
            sentence = f"{host} is on the list already."
            raise Invalid("host", sentence, {"host": [sentence]})
        after = {"host": host}
        audit.record(SETTINGS_EDIT, "domain", domain_id, actor_id=actor.member_id, after=after)
    return domain_id


def remove_domain(actor: Actor, domain_id: UUID) -> None:
    """Give a domain up; its host serves the restaurant no more within seconds."""
    with transaction():
        actor.require_everywhere(SETTINGS_EDIT)
        host = _get(domain_id).host
        release_host(host)
        execute(
            delete(Domain).where(Domain.tenant_id == current_tenant_id(), Domain.id == domain_id)
        )
        after = {"host": host, "removed": True}
        audit.record(SETTINGS_EDIT, "domain", domain_id, actor_id=actor.member_id, after=after)


def order_check(actor: Actor, domain_id: UUID) -> None:
    """Have a domain's record looked up by a job; one that is under way already will do."""
    with transaction():
        actor.require_everywhere(SETTINGS_EDIT)
        row = _get(domain_id)
        if not is_under_way(row.asked_at, row.checked_at, clock.now()):
            _order(domain_id)


def order_daily_checks() -> None:
    """In every tenant: order a look-up for each domain that has not had one for a day."""
    with tenant_scope(None):
        tenants = all_tenants()
    in_each([tenant.id for tenant in tenants], _order_due)


def _order_due() -> None:
    with transaction():
        for domain_id in _due(clock.now() - CHECKED_EVERY):
            _order(domain_id)


def check(domain_id: UUID, resolver: Resolver) -> None:
    """Look a domain's record up, outside any transaction, and write down what that showed."""
    row = _find(domain_id)
    end_reading()
    if row is None:
        return
    try:
        found = look_at(resolver.texts(record_name(row.host)), row.proof)
    except NotAnswered:
        found = Found.NO_ANSWER
    with transaction():
        row = _find(domain_id, lock=True)
        if row is not None:
            _set(domain_id, checked_at=clock.now(), **_outcome(row, found))


def _outcome(row: Row[Any], found: Found) -> Json:
    """What to write of a domain after a look-up; takes its host or gives it up."""
    if found is Found.RIGHT:
        return _proven(row)
    if found is Found.NO_ANSWER or row.verified_at is None:
        return {"problem": found}
    missing_since: datetime = row.missing_since or clock.now()
    if not is_given_up(missing_since, clock.now()):
        return {"problem": found, "missing_since": missing_since}
    release_host(row.host)
    after = {"host": row.host, "missing_since": str(missing_since)}
    audit.record(DROPPED, "domain", row.id, actor_id=None, after=after)
    return {"problem": found, "missing_since": None, "verified_at": None}


def _proven(row: Row[Any]) -> Json:
    if row.verified_at is not None:
        return {"problem": None, "missing_since": None}
    if not claim_host(row.host):
        return {"problem": Found.TAKEN}
    audit.record(VERIFIED, "domain", row.id, actor_id=None, after={"host": row.host})
    return {"problem": None, "missing_since": None, "verified_at": clock.now()}


def _check_room() -> None:
    count = select(func.count()).where(Domain.tenant_id == current_tenant_id())
    if execute(count).scalar_one() >= MOST:
        raise Conflict("most_domains", f"A restaurant has at most {MOST} domains.")


def _due(before: datetime) -> list[UUID]:
    last = func.greatest(Domain.asked_at, Domain.checked_at, Domain.added_at)
    return list(
        execute(
            select(Domain.id).where(Domain.tenant_id == current_tenant_id(), last < before)
        ).scalars()
    )


def _order(domain_id: UUID) -> None:
    _set(domain_id, asked_at=clock.now())
    later(CHECK, {"domain_id": str(domain_id)})


def _get(domain_id: UUID) -> Row[Any]:
    row = _find(domain_id, lock=True)
    if row is None:
        raise NotFound("no_domain", "There is no such domain.")
    return row


def _find(domain_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    statement = select(Domain.__table__).where(
        Domain.tenant_id == current_tenant_id(), Domain.id == domain_id
    )
    return execute(statement.with_for_update() if lock else statement).one_or_none()


def _set(domain_id: UUID, **values: object) -> None:
    execute(
        update(Domain)
        .where(Domain.tenant_id == current_tenant_id(), Domain.id == domain_id)
        .values(**values)
    )
