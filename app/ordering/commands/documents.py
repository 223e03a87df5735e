"""Fiscal documents: numbered without gap per register and series, each hashed to the one before."""

import hashlib
import json
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from app.core import clock, counters
from app.core.db import execute
from app.core.ids import new_id
from app.core.model import Json
from app.core.tenant import current_tenant_id
from app.ordering.models import Bill, BillLine, FiscalDocument, Line, LineModifier, LineTax, Order
from app.tenancy.commands import current_business_day
from app.tenancy.models import Register
from app.tenancy.queries import LocationView

GENESIS = bytes(32)


def issue_sale(
    actor_id: UUID, location: LocationView, order_id: UUID, bill_id: UUID, register_id: UUID
) -> UUID:
    """Issue the sale of a settled bill; returns the document's id."""
    bill = execute(
        select(Bill.__table__).where(Bill.tenant_id == current_tenant_id(), Bill.id == bill_id)
    ).one()
    return issue(
        actor_id,
        location,
        register_id,
        kind="sale",
        order_id=order_id,
        bill_id=bill_id,
        amounts=(bill.net_minor, bill.tax_minor, bill.total_minor),
        content=_sale_content(order_id, bill_id),
    )


def issue(
    actor_id: UUID,
    location: LocationView,
    register_id: UUID,
    *,
    kind: str,
    order_id: UUID,
    bill_id: UUID,
    amounts: tuple[int, int, int],
    content: Json,
) -> UUID:
    """Issue a document with (net, tax, total) in minor units; its number is taken here, late."""
    document_id, now, tenant_id = new_id(), clock.now(), current_tenant_id()
    net_minor, tax_minor, total_minor = amounts
    series = _series(register_id)
    day_id = current_business_day(location, now)
    number = counters.next_number(location.id, "document", f"{register_id}:{series}")
    previous = _hash_of(register_id, series, number - 1)
    facts: Json = {
        "id": str(document_id),
        "kind": kind,
        "register": str(register_id),
        "series": series,
        "number": number,
        "total": total_minor,
        "currency": location.currency,
        "at": now.isoformat(),
        "content": content,
    }
    execute(
        insert(FiscalDocument).values(
            tenant_id=tenant_id,
            id=document_id,
            location_id=location.id,
            kind=kind,
            register_id=register_id,
            series=series,
            number=number,
            business_day_id=day_id,
            order_id=order_id,
            bill_id=bill_id,
            currency=location.currency,
            net_minor=net_minor,
            tax_minor=tax_minor,
            total_minor=total_minor,
            content=content,
            issued_at=now,
            issued_by=actor_id,
            previous_hash=previous,
            hash=chain(previous, facts),
        )
    )
    return document_id


def chain(previous: bytes, facts: Json) -> bytes:
    """The hash of a document: sha256 over the one before and the canonical JSON of its facts."""
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(previous + canonical.encode()).digest()


def facts_of(document: Any) -> Json:
    """The hashed facts of a stored document, for verifying the chain."""
    return {
        "id": str(document.id),
        "kind": document.kind,
        "register": str(document.register_id),
        "series": document.series,
        "number": document.number,
        "total": document.total_minor,
        "currency": document.currency,
        "at": document.issued_at.isoformat(),
        "content": document.content,
    }


def _series(register_id: UUID) -> str:
    return str(
        execute(
            select(Register.series).where(
                Register.tenant_id == current_tenant_id(), Register.id == register_id
            )
        ).scalar_one()
    )


def _hash_of(register_id: UUID, series: str, number: int) -> bytes:
    if number == 0:
        return GENESIS
    return bytes(
        execute(
            select(FiscalDocument.hash).where(
                FiscalDocument.tenant_id == current_tenant_id(),
                FiscalDocument.register_id == register_id,
                FiscalDocument.series == series,
                FiscalDocument.number == number,
            )
        ).scalar_one()
    )


def _sale_content(order_id: UUID, bill_id: UUID) -> Json:
    """What the paper says: lines with modifiers and the taxes by rate, as copied when sold."""
    tenant_id = current_tenant_id()
    order = execute(
        select(Order.number, Order.service_type, Order.channel).where(
            Order.tenant_id == tenant_id, Order.id == order_id
        )
    ).one()
    lines = execute(
        select(Line.__table__)
        .join(BillLine, (BillLine.tenant_id == Line.tenant_id) & (BillLine.line_id == Line.id))
        .where(Line.tenant_id == tenant_id, BillLine.bill_id == bill_id, Line.state != "voided")
        .order_by(Line.position)
    ).all()
    ids = [line.id for line in lines]
    modifiers = _modifiers_of(ids)
    return {
        "order": {"number": order.number, "service": order.service_type, "channel": order.channel},
        "lines": [_line_content(line, modifiers.get(line.id, [])) for line in lines],
        "taxes": _taxes_of(ids),
    }


def _line_content(line: Any, modifiers: list[Json]) -> Json:
    return {
        "id": str(line.id),
        "name": line.name,
        "variant": line.variant_name,
        "category": line.category_name,
        "quantity": str(line.quantity),
        "unit_price": line.unit_price_minor + line.modifiers_minor,
        "gross": line.gross_minor,
        "discount": line.discount_minor,
        "net": line.net_minor,
        "modifiers": modifiers,
    }


def _modifiers_of(line_ids: list[UUID]) -> dict[UUID, list[Json]]:
    found: dict[UUID, list[Json]] = {}
    for row in execute(
        select(LineModifier.line_id, LineModifier.name, LineModifier.price_minor)
        .where(LineModifier.tenant_id == current_tenant_id(), LineModifier.line_id.in_(line_ids))
        .order_by(LineModifier.position)
    ):
        found.setdefault(row.line_id, []).append({"name": row.name, "price": row.price_minor})
    return found


def _taxes_of(line_ids: list[UUID]) -> list[Json]:
    sums: dict[UUID, Json] = {}
    for row in execute(
        select(LineTax.__table__)
        .where(LineTax.tenant_id == current_tenant_id(), LineTax.line_id.in_(line_ids))
        .order_by(LineTax.name)
    ):
        tax = sums.setdefault(
            row.tax_rate_id,
            {
                "rate_id": str(row.tax_rate_id),
                "name": row.name,
                "percent": str(row.percent),
                "inclusive": row.inclusive,
                "base": 0,
                "amount": 0,
            },
        )
        tax["base"] += row.base_minor
        tax["amount"] += row.amount_minor
    return list(sums.values())
