"""What the papers of record say of a business day, read from the documents themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, text

from app.core.db import execute
from app.core.tenant import current_tenant_id
from app.ordering.models import FiscalDocument
from app.reporting.queries.days import Day, falls_in
from app.tenancy.queries import LocationView


@dataclass(frozen=True, kw_only=True)
class Papers:
    """Sums over documents of one kind; those of refunds are negative."""

    count: int = 0
    net_minor: int = 0
    tax_minor: int = 0
    total_minor: int = 0

    @property
    def average_minor(self) -> int | None:
        """Net by document, rounded down to the cent; None without any."""
        return self.net_minor // self.count if self.count else None


@dataclass(frozen=True, kw_only=True)
class Sold:
    """What was sold of one item and size: net of tax and discounts, gross before discounts."""

    category: str
    name: str
    variant: str
    quantity: Decimal
    gross_minor: int
    discount_minor: int
    net_minor: int


@dataclass(frozen=True, kw_only=True)
class Taxed:
    """One rate on the day's sales: `base_minor` is the net that it applies to."""

    rate_id: UUID
    name: str
    percent: Decimal
    base_minor: int
    amount_minor: int


def papers(location: LocationView, days: Sequence[Day]) -> dict[tuple[UUID, str], Papers]:
    """Counts and sums by day and kind, in one query."""
    columns = (FiscalDocument.net_minor, FiscalDocument.tax_minor, FiscalDocument.total_minor)
    rows = execute(
        select(
            FiscalDocument.business_day_id,
            FiscalDocument.kind,
            func.count().label("number_of"),
            *(func.sum(column).label(column.key) for column in columns),
        )
        .where(
            FiscalDocument.tenant_id == current_tenant_id(),
            FiscalDocument.location_id == location.id,
            FiscalDocument.kind.in_(("sale", "refund")),
            falls_in(FiscalDocument.business_day_id, FiscalDocument.issued_at, days),
        )
        .group_by(FiscalDocument.business_day_id, FiscalDocument.kind)
    )
    return {(row.business_day_id, row.kind): _papers(row) for row in rows}


def papers_of(found: dict[tuple[UUID, str], Papers], day: Day, kind: str) -> Papers:
    """The day's papers of one kind; empty where there are none."""
    return found.get((day.id, kind), Papers()) if day.id else Papers()


def sold(location: LocationView, day: Day) -> tuple[Sold, ...]:
    """Items sold, highest net first, from the lines that the day's sale documents print."""
    rows = execute(_SOLD, _of(location, day))
    return tuple(
        Sold(
            category=row.category,
            name=row.name,
            variant=row.variant,
            quantity=row.quantity,
            gross_minor=int(row.gross),
            discount_minor=int(row.discount),
            net_minor=int(row.net),
        )
        for row in rows
    )


def taxed(location: LocationView, day: Day) -> tuple[Taxed, ...]:
    """Taxes by rate, from what the day's sale documents print."""
    rows = execute(_TAXED, _of(location, day))
    return tuple(
        Taxed(
            rate_id=UUID(row.rate_id),
            name=row.name,
            percent=row.percent,
            base_minor=int(row.base),
            amount_minor=int(row.amount),
        )
        for row in rows
    )


def _papers(row: Row[Any]) -> Papers:
    return Papers(
        count=row.number_of,
        net_minor=int(row.net_minor),
        tax_minor=int(row.tax_minor),
        total_minor=int(row.total_minor),
    )


def _of(location: LocationView, day: Day) -> dict[str, object]:
    return {"tenant_id": current_tenant_id(), "location_id": location.id, "day_id": day.id}


_SOLD = text("""
    SELECT line->>'category' AS category, line->>'name' AS name, line->>'variant' AS variant,
           sum((line->>'quantity')::numeric) AS quantity,
           sum((line->>'gross')::bigint) AS gross,
           sum((line->>'discount')::bigint) AS discount,
           sum((line->>'net')::bigint) AS net
      FROM fiscal_document AS document
     CROSS JOIN LATERAL jsonb_array_elements(document.content->'lines') AS line
     WHERE document.tenant_id = :tenant_id
       AND document.location_id = :location_id
       AND document.business_day_id = CAST(:day_id AS uuid)
       AND document.kind = 'sale'
     GROUP BY 1, 2, 3
     ORDER BY net DESC, name, variant
""")

_TAXED = text("""
    SELECT tax->>'rate_id' AS rate_id, tax->>'name' AS name,
           (tax->>'percent')::numeric AS percent,
           sum((tax->>'base')::bigint) AS base,
           sum((tax->>'amount')::bigint) AS amount
      FROM fiscal_document AS document
     CROSS JOIN LATERAL jsonb_array_elements(document.content->'taxes') AS tax
     WHERE document.tenant_id = :tenant_id
       AND document.location_id = :location_id
       AND document.business_day_id = CAST(:day_id AS uuid)
       AND document.kind = 'sale'
     GROUP BY 1, 2, 3
     ORDER BY percent, name
""")
