"""Settling: money makes a bill settled, and a settled bill makes a sale."""

from uuid import UUID

from sqlalchemy import func, select, update

from app.core import clock
from app.core.db import execute, transaction
from app.core.events import emit
from app.core.stream import changed
from app.core.tenant import current_tenant_id
from app.ordering.commands.bills import BillRow, lock_bill, priced_lines, retotal_order
from app.ordering.commands.closing import close_when_done
from app.ordering.commands.documents import issue_sale
from app.ordering.events import BillSettled, SaleIssued
from app.ordering.models import Bill, FiscalDocument
from app.tenancy.commands import get_register_id
from app.tenancy.queries import LocationView


def set_money(
    actor_id: UUID,
    location: LocationView,
    bill_id: UUID,
    register_id: UUID,
    *,
    paid_minor: int,
    under_way_minor: int,
) -> str:
    """Say what has been paid on a bill and what is under way; returns the bill's state.

    Paid in full settles it: a sale is issued, and what waits for the money is set going. Less
    than that reopens a settled bill (a reversal, an authorisation that lapsed).
    """
    with transaction():
        bill = lock_bill(location, bill_id)
        settled = bill.state != "void" and paid_minor == bill.total_minor and under_way_minor == 0
        state = _state(bill.state, settled=settled)
        execute(
            update(Bill)
            .where(Bill.tenant_id == current_tenant_id(), Bill.id == bill_id)
            .values(
                paid_minor=paid_minor,
                under_way_minor=under_way_minor,
                state=state,
                settled_at=clock.now() if settled else None,
                version=Bill.version + 1,
            )
        )
        if settled and bill.state == "open":
            _settle(actor_id, location, bill, register_id)
        changed(location.id, f"order:{bill.order_id}", "floor")
    return state


def settle_lowered(actor_id: UUID, location: LocationView, order_id: UUID) -> None:
    """Work an order's open bills out anew after a change of its lines.

    One that was paid in part may owe nothing more now: it settles here, for no payment follows.
    """
    retotal_order(location, order_id)
    paid_up = execute(
        select(Bill.id, Bill.paid_minor).where(
            Bill.tenant_id == current_tenant_id(),
            Bill.order_id == order_id,
            Bill.state == "open",
            Bill.paid_minor > 0,
            Bill.paid_minor == Bill.total_minor,
            Bill.under_way_minor == 0,
        )
    ).all()
    for bill in paid_up:
        register_id = get_register_id(location.id)
        paid: int = bill.paid_minor
        set_money(actor_id, location, bill.id, register_id, paid_minor=paid, under_way_minor=0)


def settle_free(actor_id: UUID, location: LocationView, order_id: UUID) -> None:
    """Settle an order's bills that owe nothing, for no payment comes to do it.

    One without a line left is void: there is no sale to issue a document for.
    """
    free = execute(
        select(Bill.id).where(
            Bill.tenant_id == current_tenant_id(),
            Bill.order_id == order_id,
            Bill.state == "open",
            Bill.total_minor == 0,
            Bill.paid_minor + Bill.under_way_minor == 0,
        )
    ).all()
    for bill in free:
        if priced_lines(bill.id):
            register_id = get_register_id(location.id)
            set_money(actor_id, location, bill.id, register_id, paid_minor=0, under_way_minor=0)
        else:
            _void_empty(bill.id)


def _void_empty(bill_id: UUID) -> None:
    execute(
        update(Bill)
        .where(Bill.tenant_id == current_tenant_id(), Bill.id == bill_id)
        .values(state="void", version=Bill.version + 1)
    )


def _state(before: str, *, settled: bool) -> str:
    if before == "void":
        return before
    return "settled" if settled else "open"


def _settle(actor_id: UUID, location: LocationView, bill: BillRow, register_id: UUID) -> None:
    order_id, bill_id = UUID(str(bill.order_id)), UUID(str(bill.id))
    if not has_sale(bill_id):
        document_id = issue_sale(actor_id, location, order_id, bill_id, register_id)
        emit(
            SaleIssued(
                location_id=location.id,
                order_id=order_id,
                bill_id=bill_id,
                document_id=document_id,
            )
        )
    emit(BillSettled(location_id=location.id, order_id=order_id, bill_id=bill_id))
    close_when_done(actor_id, location, order_id)


def has_sale(bill_id: UUID) -> bool:
    """Whether a sale was issued for this bill before (it was settled, and reopened since)."""
    return bool(
        execute(
            select(func.count())
            .select_from(FiscalDocument)
            .where(
                FiscalDocument.tenant_id == current_tenant_id(),
                FiscalDocument.bill_id == bill_id,
                FiscalDocument.kind == "sale",
            )
        ).scalar_one()
    )
