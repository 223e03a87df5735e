"""Invariant 5: the terminal's own list of charges and ours match one to one."""

from typing import Any

from sqlalchemy import Connection, select

from app.invariants.model import Finding, Offence
from app.payments.gateway import ChargeResult, Gateway
from app.payments.models import Payment

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
    return Finding(number=5, name=NAME, offences=tuple(offences))


def _wrong(ours: Any, theirs: ChargeResult | None) -> str | None:
    captured = theirs is not None and theirs.state == "captured"
    if ours.state == "captured" and not captured:
        return "captured here, not at the terminal"
    if captured and ours.state not in ("captured", "sending", "unknown"):
        return f"charged at the terminal, {ours.state} here"
    if captured and theirs and theirs.amount_minor != ours.amount_minor + ours.tip_minor:
        return f"{theirs.amount_minor} at the terminal, {ours.amount_minor + ours.tip_minor} here"
    return None
