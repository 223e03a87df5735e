"""What RQ carries out for ordering."""

from uuid import UUID

from app.core.model import Json
from app.ordering import commands
from app.tenancy.queries import get_location_by_id


def release(payload: Json) -> None:
    """Ten minutes after placing: give back what an unpaid pay-first order holds."""
    location = get_location_by_id(UUID(payload["location_id"]))
    commands.release(location, UUID(payload["order_id"]))


def fire_settled(payload: Json) -> None:
    """After the last bill was settled: hand a pay-first order to the kitchen."""
    location = get_location_by_id(UUID(payload["location_id"]))
    commands.fire_settled(location, UUID(payload["order_id"]))
