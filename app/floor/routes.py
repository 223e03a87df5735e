"""What is done about a party besides its order: leaving, staying after all, clearing the table."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, g, url_for
from werkzeug.wrappers import Response

from app.core.access import requires
from app.core.htmx import go_to
from app.floor import commands
from app.identity.actor import Actor
from app.identity.current import current_actor, once
from app.identity.permissions import ORDER_CREATE
from app.tenancy.queries import LocationView
from app.tenancy.routing import STAFF_PREFIX

floor = Blueprint("floor", __name__, url_prefix=STAFF_PREFIX)


@floor.post("/visits/<uuid:visit_id>/leave")
@requires(ORDER_CREATE)
def leave(visit_id: UUID) -> Response:
    """The party wants to pay and go."""
    return _done(commands.leave, visit_id)


@floor.post("/visits/<uuid:visit_id>/stay")
@requires(ORDER_CREATE)
def stay(visit_id: UUID) -> Response:
    """The party stays after all."""
    return _done(commands.stay, visit_id)


@floor.post("/visits/<uuid:visit_id>/clear")
@requires(ORDER_CREATE)
def clear(visit_id: UUID) -> Response:
    """The table is free again."""
    return _done(commands.clear, visit_id)


def _done(command: Callable[[Actor, LocationView, UUID], None], visit_id: UUID) -> Response:
    def act() -> dict[str, Any]:
        command(current_actor(), g.location, visit_id)
        return {}

    once(act)
    return go_to(url_for("ordering.floor"))
