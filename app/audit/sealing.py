"""The clock's part: each tenant's entries into its hash chain, the head to the log."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row, bindparam, delete, select, text

from app.audit.alerting import weigh
from app.audit.domain import GENESIS, chain
from app.core.clockwork import in_each
from app.core.db import among, end_reading, execute, of_tenant, run, transaction
from app.core.inserting import insert_rows
from app.core.models import AuditEntry, AuditSeal, AuditUnsealed
from app.core.tenant import tenant_scope
from app.tenancy.queries import all_tenants

EVERY_S, HEADS_EVERY_S = 1.0, 3600.0
BATCH = 1000

_WAITING = text("SELECT tenant_id FROM app.audit_waiting()")
_HEAD = (
    select(AuditSeal.position, AuditSeal.hash)
    .where(of_tenant(AuditSeal))
    .order_by(AuditSeal.position.desc())
    .limit(1)
)
_UNSEALED = (
    select(AuditUnsealed.entry_id)
    .where(of_tenant(AuditUnsealed))
    .order_by(AuditUnsealed.entry_id)
    .limit(bindparam("most"))
)
# Apart: joined and limited at once, the planner has been seen to read all there is.
_ENTRIES = (
    select(AuditEntry.__table__)
    .where(of_tenant(AuditEntry), among(AuditEntry.id, "entry_ids"))
    .order_by(AuditEntry.id)
)
_SEALED = delete(AuditUnsealed).where(
    of_tenant(AuditUnsealed), among(AuditUnsealed.entry_id, "entry_ids")
)

log = structlog.get_logger()


def keep_trail() -> None:
    """Seal what is unsealed and weigh what was tried, in every tenant that has any of it."""
    with tenant_scope(None):
        waiting: list[UUID] = list(execute(_WAITING).scalars())
        end_reading()
    in_each(waiting, _seal_all)
    in_each(waiting, weigh)


def _seal_all() -> None:
    while seal() == BATCH:
        pass


def seal() -> int:
    """Chain the tenant's oldest unsealed entries, in order of their ids; returns how many."""
    with transaction():
        ids = list(run(_UNSEALED, most=BATCH).scalars())
        if ids:
            _seal(run(_ENTRIES, entry_ids=ids).all())
            run(_SEALED, entry_ids=ids)
    return len(ids)


def head() -> tuple[int, bytes]:
    """The last position of the tenant's chain and its hash; 0 and zeros before the first."""
    row = run(_HEAD).one_or_none()
    return (row.position, row.hash) if row else (0, GENESIS)


def log_heads() -> None:
    """Write every chain's head to the log, which others keep: what it says cannot be undone."""
    with tenant_scope(None):
        tenants = all_tenants()
    in_each([tenant.id for tenant in tenants], _log_head)


def _log_head() -> None:
    position, hashed = head()
    log.info("audit.head", position=position, head=hashed.hex())


def _seal(entries: Sequence[Row[Any]]) -> None:
    last, hashed = head()
    seals = []
    for position, entry in enumerate(entries, last + 1):
        hashed = chain(hashed, position, entry._asdict())
        seals.append({"position": position, "entry_id": entry.id, "hash": f"\\x{hashed.hex()}"})
    insert_rows(AuditSeal, seals)
