"""Walking a hash chain: whether every entry is what it was, where it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select

from app.audit.domain import GENESIS, chain
from app.core import clock
from app.core.db import end_reading, of_tenant, run
from app.core.models import AuditEntry, AuditSeal

STEP = 2000
ENTRY_FIELDS = tuple(column.name for column in AuditEntry.__table__.columns)

_LINKS = select(
    AuditSeal.tenant_id,
    AuditSeal.position,
    AuditSeal.hash,
    AuditSeal.entry_id.label("seal_entry_id"),
    *(column.label(f"entry_{column.name}") for column in AuditEntry.__table__.columns),
).outerjoin_from(
    AuditSeal,
    AuditEntry,
    (AuditEntry.tenant_id == AuditSeal.tenant_id) & (AuditEntry.id == AuditSeal.entry_id),
)
_NEXT_LINKS = (
    _LINKS.where(of_tenant(AuditSeal), AuditSeal.position > bindparam("after"))
    .order_by(AuditSeal.position)
    .limit(STEP)
)
Link = Row[Any]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a walk over the tenant's chain found. `fault` is empty where it verifies."""

    entries: int
    head: str
    at: datetime
    fault: str


class Walk:
    """Follows one chain from its first link, given in order of position."""

    def __init__(self) -> None:
        self.position = 0
        self.head = GENESIS

    def step(self, link: Link) -> str:
        """What is wrong with the next link; "" where it follows. Goes on from what is written."""
        expected, previous = self.position + 1, self.head
        self.position, self.head = link.position, link.hash
        if link.position != expected:
            return f"position {expected} is missing"
        if link.entry_id is None:
            return f"the entry at position {link.position} is gone"
        entry = {name: link._mapping[f"entry_{name}"] for name in ENTRY_FIELDS}
        if link.hash != chain(previous, link.position, entry):
            return f"position {link.position} is not what was sealed"
        return ""


def links_of_all(connection: Connection) -> Iterator[Link]:
    """Every link of every chain in order, as the owner, a few at a time."""
    ordered: Select[Any] = _LINKS.order_by(AuditSeal.tenant_id, AuditSeal.position)
    return iter(connection.execution_options(yield_per=STEP).execute(ordered))


def verify() -> Verdict:
    """Walk the current tenant's chain from its beginning to the first fault."""
    walk, fault = Walk(), ""
    while not fault:
        links = run(_NEXT_LINKS, after=walk.position).all()
        fault = next(filter(None, map(walk.step, links)), "")
        end_reading()
        if len(links) < STEP:
            break
    return Verdict(entries=walk.position, head=walk.head.hex(), at=clock.now(), fault=fault)
