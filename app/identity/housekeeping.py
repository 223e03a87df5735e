"""What is thrown away by the clock once nobody can need it."""

from datetime import timedelta

from sqlalchemy import delete

from app.core import clock, uploads
from app.core.db import execute, transaction
from app.core.models import Idempotency, Outbox
from app.core.tenant import current_tenant_id, tenant_scope
from app.identity.models import Device, LoginSession, SignInFailure
from app.identity.tokens.exchange import drop_old_refresh_tokens
from app.identity.tokens.keys import drop_old_keys
from app.tenancy.queries import all_tenants

KEPT = timedelta(days=30)
FAILURES_KEPT = timedelta(days=1)
EVERY_S = 3600.0


def tidy() -> None:
    """In every tenant: what is done, over, old or never came to be; files that no row names."""
    with tenant_scope(None):
        tenants = all_tenants()
    for tenant in tenants:
        with tenant_scope(tenant.id), transaction():
            _tidy_tenant()
            uploads.sweep()


def _tidy_tenant() -> None:
    tenant_id, now = current_tenant_id(), clock.now()
    over = now - KEPT
    execute(
        delete(Outbox).where(
            Outbox.tenant_id == tenant_id,
            Outbox.created_at < over,
            Outbox.done_at.is_not(None) | (Outbox.seq.is_not(None) & Outbox.sent_at.is_not(None)),
        )
    )
    execute(
        delete(Idempotency).where(Idempotency.tenant_id == tenant_id, Idempotency.created_at < over)
    )
    execute(
        delete(LoginSession).where(
            LoginSession.tenant_id == tenant_id, LoginSession.expires_at < over
        )
    )
    execute(
        delete(SignInFailure).where(
            SignInFailure.tenant_id == tenant_id, SignInFailure.at < now - FAILURES_KEPT
        )
    )
    execute(
        delete(Device).where(
            Device.tenant_id == tenant_id,
            Device.token_hash.is_(None),
            Device.code_expires_at < now - FAILURES_KEPT,
        )
    )
    drop_old_refresh_tokens()
    drop_old_keys()
