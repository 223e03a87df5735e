"""The floor plan, a table's sheet, and where a tapped table leads."""

from uuid import UUID

from flask import Response, g, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import requires
from app.core.htmx import fragment_or_page
from app.core.stream import reached
from app.floor.queries import get_table
from app.identity.current import current_actor
from app.identity.permissions import ORDER_CREATE
from app.ordering.queries import get_floor, open_order_of_visit
from app.ordering.routes.answers import order_url
from app.ordering.routes.blueprint import ordering


@ordering.get("/floor", endpoint="floor")
@requires(ORDER_CREATE)
def floor() -> Response:
    """The floor: one area's room, and what wants somebody now."""
    seq = reached(g.location.id)
    found = get_floor(g.location, current_actor().member_id)
    area = next((a for a in found.areas if a.name == request.args.get("area")), None)
    return fragment_or_page(
        "floor/_floor.html",
        "floor/floor.html",
        floor=found,
        seq=seq,
        area=area or next(iter(found.areas), None),
    )


@ordering.get("/tables/<uuid:table_id>")
@requires(ORDER_CREATE)
def table(table_id: UUID) -> Response | BaseResponse:
    """A taken table leads to its open order; a free one asks how many sit down."""
    found = get_table(g.location, table_id)
    order_id = found.party and open_order_of_visit(g.location, found.party.visit_id)
    if order_id:
        return redirect(order_url(order_id), 303)
    return fragment_or_page(
        "floor/_table_sheet.html",
        "ordering/sheet.html",
        sheet="floor/_table_sheet.html",
        table=found,
    )
