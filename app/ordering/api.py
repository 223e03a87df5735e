"""JSON on the same commands as the screens."""

from flask import Blueprint, Response, g, jsonify

from app.core.access import for_programs, requires
from app.core.forms import json_body, read
from app.core.limits import limited
from app.core.model import Json
from app.core.outbox import payload_of
from app.identity.current import current_actor, once
from app.identity.permissions import ORDER_CREATE
from app.ordering import commands
from app.ordering.commands import PlaceOrder
from app.ordering.schemas import PlaceOrderSchema
from app.tenancy.routing import STAFF_PREFIX

api = Blueprint("ordering_api", __name__, url_prefix=f"{STAFF_PREFIX}/api")


@api.post("/orders")
@requires(ORDER_CREATE)
@for_programs
@limited("api")
def place() -> tuple[Response, int]:
    """Open an order, add its lines and send it, as one act."""
    wanted: PlaceOrder = read(PlaceOrderSchema, json_body())

    def command() -> Json:
        return payload_of(commands.place(current_actor(), g.location, wanted))

    return jsonify(once(command)), 201
