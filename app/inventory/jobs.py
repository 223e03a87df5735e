"""Jobs of the queue `stock`."""

from uuid import UUID

from app.core.model import Json
from app.inventory import commands
from app.tenancy.queries import get_location_by_id


def deplete(payload: Json) -> None:
    """LinesFired: what was set aside for the lines is gone."""
    line_ids = [UUID(line_id) for line_id in payload["line_ids"]]
    commands.deplete(UUID(payload["location_id"]), UUID(payload["firing_id"]), line_ids)


def reverse(payload: Json) -> None:
    """LineVoided after firing: back to stock, or waste."""
    commands.reverse(UUID(payload["location_id"]), UUID(payload["line_id"]), made=payload["made"])


def show_left(payload: Json) -> None:
    """Stock of these ingredients changed: menus show what is left."""
    location = get_location_by_id(UUID(payload["location_id"]))
    commands.show_left(location, [UUID(one) for one in payload["ingredient_ids"]])
