"""A restaurant's domains as its settings show them."""

from dataclasses import dataclass
from datetime import datetime
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
    is_under_way,
    record_name,
    record_value,
    state_of,
)


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
    return DomainView(
        id=row.id,
        host=row.host,
        shown=_unicode(row.host),
        record_name=record_name(row.host),
        record_value=record_value(row.proof),
        state=state_of(row.verified_at, row.missing_since, row.problem),
        problem=row.problem,
        is_being_checked=is_under_way(row.asked_at, row.checked_at, clock.now()),
        checked_at=row.checked_at,
        verified_at=row.verified_at,
        kept_until=row.missing_since + KEPT_WITHOUT if row.missing_since else None,
    )


def _unicode(host: str) -> str:
    try:
        return idna.decode(host)
    except idna.IDNAError:
        return host
