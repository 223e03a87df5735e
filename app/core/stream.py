"""What changed at a location: one numbered row of the outbox a transaction.

Topics name what changed ("order:<id>", "ticket:<id>", "floor", "menu"); the relay turns them
into frames. The number is taken last, so commits and numbers have one order and no gap.
"""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select

from app.core import counters
from app.core.db import before_commit, execute, notes
from app.core.models import LocationCounter
from app.core.outbox import STREAM, later
from app.core.tenant import current_tenant_id

_NOTE = "stream"


def changed(location_id: UUID, *topics: str) -> None:
    """Say that something at a location changed, within the open transaction."""
    topics_of: dict[UUID, set[str]] = notes(_NOTE, dict)
    topics_of.setdefault(location_id, set()).update(topics)
    before_commit("1 stream", _writer(topics_of))


def reached(location_id: UUID) -> int:
    """The number of the location's newest change: what a page that is drawn now stands at.

    Read it before the page's rows: what changes in between is then shown twice, not missed.
    """
    found = execute(
        select(LocationCounter.value).where(
            LocationCounter.tenant_id == current_tenant_id(),
            LocationCounter.location_id == location_id,
            LocationCounter.kind == "seq",
        )
    ).scalar()
    return int(found or 0)


def _writer(topics_of: dict[UUID, set[str]]) -> Callable[[], None]:
    def write() -> None:
        for location_id in sorted(topics_of):
            seq = counters.next_number(location_id, "seq")
            topics = sorted(topics_of[location_id])
            later(STREAM, {"topics": topics}, location_id=location_id, seq=seq)

    return write
