"""A restaurant's domains as its settings show them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import idna
from sqlalchemy import Row, select

from app.core import clock
from app.core.db import execute
from app.core.tenant import current_tenant_id
from app.settings.domains.models import Domain
from app.settings.domains.rules import (
    KEPT_WITHOUT,
    State,
    record_name,
    record_value,
    state_of,
)

# A look-up that has not come back by then will not: the page stops waiting for it.
LOOKED_FOR = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class DomainView:
    """A domain, the record that proves it, and what the last look-up showed."""

    id: UUID
    host: str
    shown: str
    record_name: str
    record_value: str
    state: State
    problem: str | None
    is_being_checked: bool
    checked_at: datetime | None
    verified_at: datetime | None
    kept_until: datetime | None


def domains() -> list[DomainView]:
    """The restaurant's domains, by name."""
    rows = execute(
        select(Domain.__table__)
        .where(Domain.tenant_id == current_tenant_id())
        .order_by(Domain.host)
    )
    return [_view(row) for row in rows]


def _view(row: Row[Any]) -> DomainView:
    asked, checked = row.asked_at, row.checked_at
    waits = asked is not None and (checked is None or asked > checked)
    return DomainView(
        id=row.id,
        host=row.host,
        shown=_unicode(row.host),
        record_name=record_name(row.host),
        record_value=record_value(row.proof),
        state=state_of(row.verified_at, row.missing_since, row.problem),
        problem=row.problem,
        is_being_checked=waits and clock.now() - asked < LOOKED_FOR,
        checked_at=checked,
        verified_at=row.verified_at,
        kept_until=row.missing_since + KEPT_WITHOUT if row.missing_since else None,
    )


def _unicode(host: str) -> str:
    try:
        return idna.decode(host)
    except idna.IDNAError:
        return host
