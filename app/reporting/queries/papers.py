"""Receipts, printed from the stored documents and never worked out again."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from app.core.db import execute
from app.core.errors import NotFound
from app.core.model import Json
from app.core.tenant import current_tenant_id
from app.identity.models import Member
from app.ordering.models import Bill, FiscalDocument
from app.payments.models import Payment
from app.tenancy.models import Register
from app.tenancy.queries import LocationView


@dataclass(frozen=True, kw_only=True)
class PaperLine:
    """A line as printed: gross before its discount, modifiers with their price each."""

    name: str
    variant: str
    quantity: Decimal
    gross_minor: int
    discount_minor: int
    modifiers: tuple[tuple[str, int], ...]


@dataclass(frozen=True, kw_only=True)
class PaperTax:
    """A rate as printed: `percent` of `base_minor` is `amount_minor`."""

    name: str
    percent: Decimal
    inclusive: bool
    base_minor: int
    amount_minor: int


def merged(taxes: Iterable[PaperTax]) -> tuple[PaperTax, ...]:
    """Taxes that read the same as one: two tax classes may have the same rate."""
    found: dict[tuple[str, Decimal, bool], PaperTax] = {}
    for tax in taxes:
        key = (tax.name, tax.percent, tax.inclusive)
        known = found.get(key)
        found[key] = replace(
            tax,
            base_minor=tax.base_minor + (known.base_minor if known else 0),
            amount_minor=tax.amount_minor + (known.amount_minor if known else 0),
        )
    return tuple(found.values())


@dataclass(frozen=True, kw_only=True)
class PaperPayment:
    """A payment as printed; tendered and change are cash's alone."""

    tender: str
    amount_minor: int
    tip_minor: int
    rounding_minor: int
    tendered_minor: int | None
    change_minor: int | None
    card: str


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A fiscal document as it prints. Lines, taxes and sums are the stored ones."""

    id: UUID
    kind: str
    series: str
    number: int
    register: str
    issued_at: datetime
    issued_by: str
    currency: str
    order_id: UUID | None
    order_number: int | None
    lines: tuple[PaperLine, ...]
    taxes: tuple[PaperTax, ...]
    net_minor: int
    tax_minor: int
    total_minor: int
    payments: tuple[PaperPayment, ...]
    reason: str
    tender: str
    signature: str
    hash: str


def receipt(location: LocationView, document_id: UUID) -> Receipt:
    """A document of this location; raises NotFound."""
    row = execute(
        select(
            FiscalDocument.__table__,
            Register.name.label("till"),
            Member.name.label("by"),
            Bill.order_id,
        )
        .join(
            Register,
            (Register.tenant_id == FiscalDocument.tenant_id)
            & (Register.id == FiscalDocument.register_id),
        )
        .join(
            Member,
            (Member.tenant_id == FiscalDocument.tenant_id)
            & (Member.id == FiscalDocument.issued_by),
        )
        .outerjoin(
            Bill, (Bill.tenant_id == FiscalDocument.tenant_id) & (Bill.id == FiscalDocument.bill_id)
        )
        .where(
            FiscalDocument.tenant_id == current_tenant_id(),
            FiscalDocument.location_id == location.id,
            FiscalDocument.id == document_id,
        )
    ).one_or_none()
    if row is None:
        raise NotFound("no_document", "There is no such document.")
    return _receipt(row, _payments(row.bill_id) if row.kind == "sale" else ())


def find_newest_document(location: LocationView, order_id: UUID) -> UUID | None:
    """The order's last sale; None while nothing of it is settled."""
    found = execute(
        select(FiscalDocument.id)
        .join(
            Bill, (Bill.tenant_id == FiscalDocument.tenant_id) & (Bill.id == FiscalDocument.bill_id)
        )
        .where(
            Bill.tenant_id == current_tenant_id(),
            Bill.location_id == location.id,
            Bill.order_id == order_id,
            FiscalDocument.kind == "sale",
        )
        .order_by(FiscalDocument.issued_at.desc())
        .limit(1)
    ).scalar_one_or_none()
    return None if found is None else UUID(str(found))


def _receipt(row: Row[Any], payments: tuple[PaperPayment, ...]) -> Receipt:
    content: Json = row.content
    return Receipt(
        id=row.id,
        kind=row.kind,
        series=row.series,
        number=row.number,
        register=row.till,
        issued_at=row.issued_at,
        issued_by=row.by,
        currency=row.currency,
        order_id=row.order_id,
        order_number=content.get("order", {}).get("number"),
        lines=tuple(_paper_line(line) for line in content.get("lines", ())),
        taxes=merged(_paper_tax(tax) for tax in content.get("taxes", ())),
        net_minor=row.net_minor,
        tax_minor=row.tax_minor,
        total_minor=row.total_minor,
        payments=payments,
        reason=content.get("reason", ""),
        tender=content.get("tender", ""),
        signature=row.signature,
        hash=row.hash.hex(),
    )


def _paper_line(line: Json) -> PaperLine:
    return PaperLine(
        name=line["name"],
        variant=line["variant"],
        quantity=Decimal(line["quantity"]),
        gross_minor=line["gross"],
        discount_minor=line["discount"],
        modifiers=tuple((chosen["name"], chosen["price"]) for chosen in line["modifiers"]),
    )


def _paper_tax(tax: Json) -> PaperTax:
    return PaperTax(
        name=tax["name"],
        percent=Decimal(tax["percent"]),
        inclusive=tax["inclusive"],
        base_minor=tax["base"],
        amount_minor=tax["amount"],
    )


def _payments(bill_id: UUID) -> tuple[PaperPayment, ...]:
    rows = execute(
        select(Payment.__table__)
        .where(
            Payment.tenant_id == current_tenant_id(),
            Payment.bill_id == bill_id,
            Payment.state.in_(("authorised", "capturing", "captured")),
        )
        .order_by(Payment.created_at, Payment.id)
    )
    return tuple(
        PaperPayment(
            tender=row.tender,
            amount_minor=row.amount_minor,
            tip_minor=row.tip_minor,
            rounding_minor=row.rounding_minor,
            tendered_minor=row.tendered_minor,
            change_minor=row.change_minor,
            card=" ".join(filter(None, ((row.card_brand or "").capitalize(), row.card_last4))),
        )
        for row in rows
    )
