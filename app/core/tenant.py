"""The tenant that the current work belongs to: one context variable, no default."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

_tenant: ContextVar[UUID | None] = ContextVar("tenant", default=None)


class TenantNotSet(RuntimeError):
    """Tenant-owned data was asked for outside any tenant: a bug, never a person's mistake."""


def find_tenant_id() -> UUID | None:
    """The tenant in scope, or None."""
    return _tenant.get()


def current_tenant_id() -> UUID:
    """The tenant in scope; raises TenantNotSet outside any."""
    tenant_id = _tenant.get()
    if tenant_id is None:
        raise TenantNotSet("no tenant in scope")
    return tenant_id


@contextmanager
def tenant_scope(tenant_id: UUID | None) -> Iterator[None]:
    """Work inside one tenant. None leaves every tenant: only directory functions answer then.

    A database transaction belongs to the tenant it began in, so a scope opens
    and closes outside transactions.
    """
    token = _tenant.set(tenant_id)
    try:
        yield
    finally:
        _tenant.reset(token)


def enter_tenant(tenant_id: UUID | None) -> None:
    """Put the rest of this request into a tenant (a request runs in a context of its own)."""
    _tenant.set(tenant_id)
