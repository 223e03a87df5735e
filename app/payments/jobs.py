"""What RQ carries out for payments. All are staged: a call to the terminal between transactions."""

from uuid import UUID

from app.core.model import Json
from app.payments import commands


def charge(payload: Json) -> None:
    """Charge a card payment that is sending."""
    commands.charge(UUID(payload["location_id"]), UUID(payload["payment_id"]))


def ask(payload: Json) -> None:
    """Ask how a card payment in doubt ended."""
    commands.ask(
        UUID(payload["location_id"]), UUID(payload["payment_id"]), once=payload.get("once", False)
    )


def refund(payload: Json) -> None:
    """Give money back by card."""
    commands.send_refund(UUID(payload["location_id"]), UUID(payload["refund_id"]))
