"""The provisional bill: what an order that is not paid owes so far."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from app.core import clock
from app.core.db import execute
from app.core.errors import NotFound
from app.core.tenant import current_tenant_id
from app.ordering.models import Bill, BillLine, Line, LineModifier, LineTax, Order
from app.reporting.queries.papers import PaperLine, PaperTax, merged
from app.tenancy.queries import LocationView


@dataclass(frozen=True, kw_only=True)
class Provisional:
    """What an order owes so far. No document, no number: nothing has been sold yet."""

    order_id: UUID
    order_number: int | None
    currency: str
    at: datetime
    lines: tuple[PaperLine, ...]
    taxes: tuple[PaperTax, ...]
    net_minor: int
    total_minor: int
    paid_minor: int


def provisional(location: LocationView, order_id: UUID) -> Provisional:
    """What the open bills of an order owe; raises NotFound."""
    bills = execute(
        select(
            Bill.id,
            Bill.net_minor,
            Bill.total_minor,
            Bill.paid_minor,
            Order.number,
            Order.currency,
        )
        .join(Order, (Order.tenant_id == Bill.tenant_id) & (Order.id == Bill.order_id))
        .where(
            Bill.tenant_id == current_tenant_id(),
            Bill.location_id == location.id,
            Bill.order_id == order_id,
            Bill.state == "open",
        )
    ).all()
    if not bills:
        raise NotFound("no_open_bill", "Nothing of this order is left to pay.")
    lines = _bill_lines([bill.id for bill in bills])
    return Provisional(
        order_id=order_id,
        order_number=bills[0].number,
        currency=bills[0].currency,
        at=clock.now(),
        lines=_open_lines(lines),
        taxes=_open_taxes([line.id for line in lines]),
        net_minor=sum(bill.net_minor for bill in bills),
        total_minor=sum(bill.total_minor for bill in bills),
        paid_minor=sum(bill.paid_minor for bill in bills),
    )


def _bill_lines(bill_ids: list[UUID]) -> list[Row[Any]]:
    return list(
        execute(
            select(Line.__table__)
            .join(BillLine, (BillLine.tenant_id == Line.tenant_id) & (BillLine.line_id == Line.id))
            .where(
                Line.tenant_id == current_tenant_id(),
                BillLine.bill_id.in_(bill_ids),
                Line.state != "voided",
            )
            .distinct()
            .order_by(Line.position)
        )
    )


def _open_lines(lines: list[Row[Any]]) -> tuple[PaperLine, ...]:
    chosen: dict[UUID, list[tuple[str, int]]] = {line.id: [] for line in lines}
    for row in execute(
        select(LineModifier.line_id, LineModifier.name, LineModifier.price_minor)
        .where(LineModifier.tenant_id == current_tenant_id(), LineModifier.line_id.in_(chosen))
        .order_by(LineModifier.position)
    ):
        chosen[row.line_id].append((row.name, row.price_minor))
    return tuple(
        PaperLine(
            name=line.name,
            variant=line.variant_name,
            quantity=line.quantity,
            gross_minor=line.gross_minor,
            discount_minor=line.discount_minor,
            modifiers=tuple(chosen[line.id]),
        )
        for line in lines
    )


def _open_taxes(line_ids: list[UUID]) -> tuple[PaperTax, ...]:
    rows = execute(
        select(LineTax.__table__)
        .where(LineTax.tenant_id == current_tenant_id(), LineTax.line_id.in_(line_ids))
        .order_by(LineTax.percent, LineTax.name)
    )
    return merged(
        PaperTax(
            name=row.name,
            percent=row.percent,
            inclusive=row.inclusive,
            base_minor=row.base_minor,
            amount_minor=row.amount_minor,
        )
        for row in rows
    )
