"""Closing a tenant: an export of everything, days to take it back, then erasure by the clock."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import select, text

from app.core import audit, mail
from app.core.clockwork import in_each
from app.core.db import execute, transaction
from app.core.errors import Conflict
from app.core.tenant import current_tenant_id, tenant_scope
from app.identity.actor import Actor
from app.identity.addresses import owners_addresses
from app.identity.logins import end_logins
from app.identity.models import LoginSession, Member, Role
from app.identity.permissions import TENANT_MANAGE
from app.identity.places import manages_account
from app.privacy.commands.exporting import add_export, keep_until
from app.privacy.errors import wrong_slug
from app.privacy.files import remove_files_of
from app.privacy.queries import awaits_everything
from app.tenancy.queries import (
    TenantView,
    forget_tenants,
    get_profile,
    get_tenant_by_id,
    tenants_to_erase,
)

ERASE_EVERY_S = 10.0
UNFOUNDED_AFTER = timedelta(days=3)
# A call removes so many rows, a round makes so many calls: other tenants wait, too.
ROWS_AT_ONCE, CALLS_A_ROUND = 2000, 20
_CLOSE = text("SELECT app.tenant_close()")
_PUT_OFF = text("SELECT app.tenant_put_off()")
_ERASE = text("SELECT app.tenant_erase(:wanted, :most)")

log = structlog.get_logger()


def close(actor: Actor, typed: str) -> datetime:
    """Close the tenant whose slug is typed in; returns until when it can be taken back.

    Everybody but those who may take it back is signed out. Raises Invalid (`slug`), and Conflict
    (`closing`) where it is being closed already.
    """
    tenant = get_tenant_by_id(current_tenant_id())
    if typed.strip() != tenant.slug:
        raise wrong_slug(tenant.slug)
    with transaction():
        actor.require_everywhere(TENANT_MANAGE)
        erase_after: datetime | None = execute(_CLOSE).scalar_one()
        if erase_after is None:
            raise Conflict("closing", "This restaurant is being closed already.")
        add_export(actor, "tenant", expires_at=erase_after)
        _sign_others_out()
        audit.record(
            TENANT_MANAGE,
            "tenant",
            tenant.id,
            actor_id=actor.member_id,
            after={"erase_after": erase_after.isoformat()},
        )
        _tell_owners(tenant, erase_after)
    forget_tenants()
    return erase_after


def take_back(actor: Actor) -> None:
    """Keep the tenant after all; raises Conflict (`not_closing`) where it is not being closed."""
    with transaction():
        actor.require_everywhere(TENANT_MANAGE)
        if execute(text("SELECT app.tenant_take_back()")).scalar_one() is None:
            raise Conflict("not_closing", "This restaurant is not being closed.")
        audit.record(
            TENANT_MANAGE,
            "tenant",
            current_tenant_id(),
            actor_id=actor.member_id,
            after={"erase_after": None},
        )
    forget_tenants()


def close_unfounded(now: datetime) -> bool:
    """Close the tenant in scope if somebody asked for it days ago and nobody came to open it."""
    begun = get_profile().setup.get("begun")
    if not begun or datetime.fromisoformat(begun) > now - UNFOUNDED_AFTER:
        return False
    members = select(Member.id).where(Member.tenant_id == current_tenant_id()).limit(1)
    with transaction():
        if execute(members).one_or_none() is not None:
            return False
        return execute(_CLOSE).scalar_one() is not None


def erase_closed() -> None:
    """Erase tenants whose time to be taken back is over, a part of them each time.

    One that still waits for its export is given more time, and that is logged as an error.
    """
    with tenant_scope(None):
        closed = tenants_to_erase()
    in_each(closed, _erase_some)


def _erase_some() -> None:
    if _puts_off():
        return
    tenant_id = current_tenant_id()
    remove_files_of(tenant_id)
    if _remove_rows(tenant_id):
        forget_tenants()
        log.info("tenant.erased")


def _puts_off() -> bool:
    """Whether the export of everything was promised and is not ready; moves the end if so."""
    with transaction():
        if not awaits_everything():
            return False
        erase_after = execute(_PUT_OFF).scalar_one()
        keep_until(erase_after)
    forget_tenants()
    log.error("tenant.erasure_put_off", until=erase_after.isoformat())
    return True


def _remove_rows(tenant_id: UUID) -> bool:
    """Remove rows, a transaction a call; True once nothing is left of the tenant."""
    for _call in range(CALLS_A_ROUND):
        with transaction():
            left = execute(_ERASE, {"wanted": tenant_id, "most": ROWS_AT_ONCE}).scalar_one()
        if not left:
            return True
    return False


def _sign_others_out() -> None:
    owners = (
        select(Member.id)
        .join(Role, (Role.tenant_id == Member.tenant_id) & (Role.id == Member.role_id))
        .where(Member.tenant_id == current_tenant_id(), manages_account())
    )
    end_logins(LoginSession.member_id.not_in(owners))


def _tell_owners(tenant: TenantView, erase_after: datetime) -> None:
    subject = _("%(name)s is being closed", name=tenant.name)
    figures = {"name": tenant.name, "day": format_date(erase_after, "d MMMM y")}
    body = _(
        "All data of %(name)s will be erased after %(day)s. Until then you can take that back, and"
        " take an export of everything away.",
        **figures,
    )
    for address in owners_addresses():
        page = mail.link_to(f"/t/{tenant.slug}/settings/privacy")
        mail.send_later(address, subject, f"{body}\n\n{page}\n")
