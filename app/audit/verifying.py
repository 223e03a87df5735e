"""Walking a hash chain: whether every entry is what it was, where it was."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, func, select

from app.audit.domain import GENESIS, SEALED_WITHIN, chain
from app.core import clock
from app.core.db import among, end_reading, of_tenant, run
from app.core.models import AuditEntry, AuditSeal

STEP = 2000
# As far as a page waits for: less than a second of its thread.
STEPS_AT_ONCE = 10

_ALL_SEALS = select(AuditSeal.__table__).order_by(AuditSeal.tenant_id, AuditSeal.position)
_NEXT_SEALS = (
    select(AuditSeal.__table__)
    .where(of_tenant(AuditSeal), AuditSeal.position > bindparam("after"))
    .order_by(AuditSeal.position)
    .limit(STEP)
)
_SEAL = select(AuditSeal.position, AuditSeal.hash).where(
    of_tenant(AuditSeal), AuditSeal.position == bindparam("position")
)
# Apart: joined and limited at once, the planner has been seen to read all there is.
_ENTRIES = select(AuditEntry.__table__).where(
    of_tenant(AuditEntry), among(AuditEntry.id, "entry_ids")
)
_LATE = select(AuditEntry.tenant_id, AuditEntry.id, AuditEntry.act, AuditEntry.at).where(
    AuditEntry.at < bindparam("by"),
    ~select(AuditSeal.entry_id)
    .where(AuditSeal.tenant_id == AuditEntry.tenant_id, AuditSeal.entry_id == AuditEntry.id)
    .exists(),
)
_LATE_HERE = select(func.count()).select_from(_LATE.where(of_tenant(AuditEntry)).subquery())
Seal = Row[Any]
Entries = Mapping[UUID, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a walk over the tenant's chain found. `fault` is empty where it verifies.

    Not `is_whole`: it goes on after `entries`. `unsealed` entries have no place in the chain though
    they should: they came past the trigger, or the clock stands.
    """

    entries: int
    is_whole: bool
    unsealed: int
    head: str
    at: datetime
    fault: str


class Walk:
    """Follows one chain, by default from its first seal, given in order of position."""

    def __init__(self, position: int = 0, head: bytes = GENESIS) -> None:
        self.position = position
        self.head = head

    def step(self, seal: Seal, entries: Entries) -> str:
        """What is wrong with the next seal; "" where it follows. Goes on from what is written."""
        expected, previous = self.position + 1, self.head
        self.position, self.head = seal.position, seal.hash
        if seal.position != expected:
            return f"position {expected} is missing"
        entry = entries.get(seal.entry_id)
        if entry is None:
            return f"the entry at position {seal.position} is gone"
        if seal.hash != chain(previous, seal.position, entry):
            return f"position {seal.position} is not what was sealed"
        return ""


def faults_of_all(connection: Connection) -> Iterator[tuple[UUID, UUID, str]]:
    """Every fault of every chain (tenant, entry, what), as the owner, a few rows at a time."""
    seals = connection.execute(_ALL_SEALS, execution_options={"yield_per": STEP})
    walk, tenant_id = Walk(), None
    for some in seals.partitions():
        for of, theirs in groupby(some, key=lambda seal: seal.tenant_id):
            walk, tenant_id = (walk if of == tenant_id else Walk()), of
            batch = list(theirs)
            ids = {"of_tenant": of, "entry_ids": [seal.entry_id for seal in batch]}
            entries = _by_id(connection.execute(_ENTRIES, ids))
            for seal in batch:
                if fault := walk.step(seal, entries):
                    yield of, seal.entry_id, fault


def unsealed_of_all(connection: Connection) -> Iterator[tuple[UUID, UUID, str]]:
    """Every entry (tenant, entry, what) that should have its seal by now, as the owner."""
    for row in connection.execute(_LATE, {"by": clock.now() - SEALED_WITHIN}):
        yield row.tenant_id, row.id, f"{row.act} of {row.at} has no seal"


def verify(after: int = 0) -> Verdict:
    """Walk a part of the current tenant's chain, to its first fault; see `Verdict`.

    `after` is a position up to which it has been walked. With the last part the entries that are
    not in the chain are counted.
    """
    walk, fault, is_whole = _walk_from(after), "", False
    for _step in range(STEPS_AT_ONCE):
        seals = run(_NEXT_SEALS, after=walk.position).all()
        entries = _by_id(run(_ENTRIES, entry_ids=[seal.entry_id for seal in seals]))
        fault = next(filter(None, (walk.step(seal, entries) for seal in seals)), "")
        end_reading()
        is_whole = bool(fault) or len(seals) < STEP
        if is_whole:
            break
    now = clock.now()
    late: int = run(_LATE_HERE, by=now - SEALED_WITHIN).scalar_one() if is_whole else 0
    return Verdict(
        entries=walk.position,
        is_whole=is_whole,
        unsealed=late,
        head=walk.head.hex(),
        at=now,
        fault=fault,
    )


def _walk_from(position: int) -> Walk:
    seal = run(_SEAL, position=position).one_or_none() if position else None
    return Walk(seal.position, seal.hash) if seal else Walk()


def _by_id(rows: Iterable[Row[Any]]) -> Entries:
    return {row.id: row._asdict() for row in rows}
