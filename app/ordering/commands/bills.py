"""Bills: what is owed, kept equal to the lines."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select, update

from app.core.db import among, execute, of_tenant, run
from app.core.errors import Conflict, NotFound
from app.core.inserting import insert_rows
from app.core.tenant import current_tenant_id
from app.ordering.commands.orders import add_bill
from app.ordering.domain.tax import (
    PricedLine,
    TaxableLine,
    TaxAmount,
    TaxRate,
    tax_lines,
    tax_rules,
    totals,
)
from app.ordering.models import Bill, BillLine, Line, LineTax, Order
from app.tenancy.queries import LocationView

BillRow = Row[Any]

_BILLS = (
    select(Bill.id, Bill.state, Bill.number)
    .where(of_tenant(Bill), Bill.order_id == bindparam("order_id"))
    .order_by(Bill.number)
)
_LINES = (
    select(Line.id, Line.gross_minor, Line.discount_minor, Line.net_minor)
    .join(BillLine, (BillLine.tenant_id == Line.tenant_id) & (BillLine.line_id == Line.id))
    .where(of_tenant(Line), BillLine.bill_id == bindparam("bill_id"), Line.state != "voided")
    .order_by(Line.position)
)
_TAXES = (
    select(LineTax.__table__)
    .where(of_tenant(LineTax), among(LineTax.line_id, "line_ids"))
    .order_by(LineTax.tax_rate_id)
)
_RETOTAL = (
    update(Bill)
    .where(
        of_tenant(Bill),
        Bill.id == bindparam("of_bill"),
        Bill.paid_minor + Bill.under_way_minor <= bindparam("total"),
    )
    .values(
        net_minor=bindparam("net"),
        tax_minor=bindparam("tax"),
        total_minor=bindparam("total"),
        version=Bill.version + 1,
    )
)


def open_bill_id(location: LocationView, order_id: UUID) -> UUID:
    """The order's open bill; a new one when all that it has are settled."""
    rows = run(_BILLS, order_id=order_id).all()
    for row in rows:
        if row.state == "open":
            return UUID(str(row.id))
    return add_bill(location.id, order_id, len(rows) + 1)


def put_on_bill(location: LocationView, bill_id: UUID, line_ids: Sequence[UUID]) -> None:
    """Make a bill owe whole lines."""
    shared = {"location_id": location.id, "bill_id": bill_id}
    insert_rows(BillLine, [shared | {"line_id": line_id} for line_id in line_ids])


def sums_of(priced: Sequence[PricedLine]) -> dict[str, int]:
    """What a bill of these lines comes to, by its columns."""
    sums = totals(priced)
    return {
        "net_minor": sums.net_minor,
        "tax_minor": sums.total_minor - sums.net_minor,
        "total_minor": sums.total_minor,
    }


def retotal_order(location: LocationView, order_id: UUID) -> None:
    """Work out every open bill of an order anew."""
    rows = execute(
        select(Bill.id).where(
            Bill.tenant_id == current_tenant_id(), Bill.order_id == order_id, Bill.state == "open"
        )
    ).all()
    for row in rows:
        retotal(location, row.id)


def retotal(location: LocationView, bill_id: UUID) -> None:
    """Work out a bill's taxes and total from its lines' copied prices and rates.

    Raises Conflict where that would be less than what is paid and under way.
    """
    lines = _lines_of(bill_id)
    taxes = _taxes_of([line.id for line in lines])
    priced = tax_lines(
        [
            TaxableLine(
                gross_minor=line.gross_minor - line.discount_minor,
                rates=tuple(_rate(tax) for tax in taxes[line.id]),
            )
            for line in lines
        ],
        tax_rules(location.rounding_level, location.rounding_mode),
    )
    _write_taxes(lines, taxes, priced)
    sums = sums_of(priced)
    changed_bill = run(
        _RETOTAL,
        of_bill=bill_id,
        net=sums["net_minor"],
        tax=sums["tax_minor"],
        total=sums["total_minor"],
    )
    if changed_bill.rowcount == 0:
        raise Conflict("bill_paid", "More than that has been paid on this bill already.")


def _lines_of(bill_id: UUID) -> Sequence[BillRow]:
    return run(_LINES, bill_id=bill_id).all()


def _taxes_of(line_ids: list[UUID]) -> dict[UUID, list[TaxAmount]]:
    taxes: dict[UUID, list[TaxAmount]] = defaultdict(list)
    for row in run(_TAXES, line_ids=line_ids):
        taxes[row.line_id].append(
            TaxAmount(
                rate_id=row.tax_rate_id,
                name=row.name,
                rate=row.percent,
                inclusive=row.inclusive,
                base_minor=row.base_minor,
                amount_minor=row.amount_minor,
            )
        )
    return taxes


def _rate(tax: TaxAmount) -> TaxRate:
    return TaxRate(rate_id=tax.rate_id, name=tax.name, rate=tax.rate, inclusive=tax.inclusive)


def _write_taxes(
    lines: Sequence[BillRow],
    stored: dict[UUID, list[TaxAmount]],
    priced: Sequence[PricedLine],
) -> None:
    """Write what differs from what is stored: mostly nothing but the newest lines."""
    worked_out = list(zip(lines, priced, strict=True))
    _update_lines(
        [
            {"of_line": line.id, "net": each.net_minor}
            for line, each in worked_out
            if line.net_minor != each.net_minor
        ]
    )
    _update_taxes(
        [
            {
                "of_line": line.id,
                "of_rate": tax.rate_id,
                "base": tax.base_minor,
                "amount": tax.amount_minor,
            }
            for line, each in worked_out
            for before, tax in zip(stored[line.id], each.taxes, strict=True)
            if before != tax
        ]
    )


def _update_lines(changed: list[dict[str, Any]]) -> None:
    if changed:
        execute(
            update(Line)
            .where(Line.tenant_id == current_tenant_id(), Line.id == bindparam("of_line"))
            .values(net_minor=bindparam("net")),
            changed,
        )


def _update_taxes(changed: list[dict[str, Any]]) -> None:
    if changed:
        execute(
            update(LineTax)
            .where(
                LineTax.tenant_id == current_tenant_id(),
                LineTax.line_id == bindparam("of_line"),
                LineTax.tax_rate_id == bindparam("of_rate"),
            )
            .values(base_minor=bindparam("base"), amount_minor=bindparam("amount")),
            changed,
        )


def lock_bill(location: LocationView, bill_id: UUID) -> BillRow:
    """A bill's row, locked after its order's; raises NotFound."""
    tenant_id = current_tenant_id()
    execute(
        select(Order.id)
        .join(Bill, (Bill.tenant_id == Order.tenant_id) & (Bill.order_id == Order.id))
        .where(Order.tenant_id == tenant_id, Bill.id == bill_id)
        .with_for_update(of=Order)
    )
    row = execute(
        select(Bill.__table__)
        .where(Bill.tenant_id == tenant_id, Bill.location_id == location.id, Bill.id == bill_id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("no_bill", "There is no such bill.")
    return row


def priced_lines(bill_id: UUID) -> list[PricedLine]:
    """A bill's lines with their stored taxes, as the ledger and refunds need them."""
    lines = _lines_of(bill_id)
    taxes = _taxes_of([line.id for line in lines])
    return [
        PricedLine(
            net_minor=line.net_minor,
            gross_minor=line.gross_minor - line.discount_minor,
            taxes=tuple(taxes[line.id]),
        )
        for line in lines
    ]


def require_unsettled(line_id: UUID) -> None:
    """Raise Conflict for a line that is paid: a settled bill is frozen."""
    settled = execute(
        select(Bill.id)
        .join(BillLine, (BillLine.tenant_id == Bill.tenant_id) & (BillLine.bill_id == Bill.id))
        .where(
            Bill.tenant_id == current_tenant_id(),
            BillLine.line_id == line_id,
            Bill.state == "settled",
        )
        .limit(1)
    ).first()
    if settled:
        raise Conflict("bill_settled", "This has been paid. Give money back instead.")


def has_unsent(bill_id: UUID) -> bool:
    """Whether a bill owes lines that were never sent."""
    return (
        execute(
            select(Line.id)
            .join(BillLine, (BillLine.tenant_id == Line.tenant_id) & (BillLine.line_id == Line.id))
            .where(
                Line.tenant_id == current_tenant_id(),
                BillLine.bill_id == bill_id,
                Line.state == "new",
            )
            .limit(1)
        ).first()
        is not None
    )
