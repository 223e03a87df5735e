"""Invariant 5: the terminal's own list of charges and ours match one to one."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Text, cast, select

from app.invariants.model import Finding, Offence
from app.payments.gateway import ChargeResult, Gateway
from app.payments.models import Payment
from app.tenancy.models import Tenant

NAME = "the terminal's captured charges and ours match"


def check_gateway(connection: Connection, gateway: Gateway) -> Finding:
    """Compare captured charges by reference and amount; raises GatewayError when it is silent.

    A payment in doubt is no offence yet: it will be asked about.
    """
    ours = {
        str(row.id): row
        for row in connection.execute(select(Payment.__table__).where(Payment.tender == "card"))
    }
    theirs = {charge.reference: charge for charge in gateway.charges()}
    offences = [
        Offence(tenant_id=str(row.tenant_id), id=reference, what=what)
        for reference, row in ours.items()
        if (what := _wrong(row, theirs.get(reference)))
    ]
    others = [charge for charge in theirs.values() if charge.reference not in ours]
    return Finding(number=5, name=NAME, offences=(*offences, *_strays(connection, others)))


def _strays(connection: Connection, others: Sequence[ChargeResult]) -> Iterator[Offence]:
    """Captured charges of tenants of ours that no payment knows of: a guest paid for nothing.

    Those of others who use the terminal, of erased tenants, and those that name nobody are not ours
    to judge.
    """
    tenants = {str(tenant_id) for tenant_id in connection.execute(select(Tenant.id)).scalars()}
    strays = [it for it in others if it.state == "captured" and it.merchant in tenants]
    reference = cast(Payment.id, Text)
    # Again: a payment is there before its charge, which may have come since ours were read.
    known = connection.execute(
        select(reference).where(reference.in_([charge.reference for charge in strays]))
    )
    new = set(known.scalars())
    for charge in strays:
        if charge.reference not in new:
            what = f"{charge.amount_minor} {charge.currency} at the terminal, no payment here"
            yield Offence(tenant_id=charge.merchant, id=charge.reference, what=what)


def _wrong(ours: Any, theirs: ChargeResult | None) -> str | None:
    captured = theirs is not None and theirs.state == "captured"
    if ours.state == "captured" and not captured:
        return "captured here, not at the terminal"
    if captured and ours.state not in ("captured", "sending", "unknown"):
        return f"charged at the terminal, {ours.state} here"
    if captured and theirs and theirs.amount_minor != ours.amount_minor + ours.tip_minor:
        return f"{theirs.amount_minor} at the terminal, {ours.amount_minor + ours.tip_minor} here"
    return None
