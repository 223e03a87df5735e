"""The order screen: bill beside menu, and the parts of it that are fetched anew."""

from typing import Any
from uuid import UUID

from flask import Response, g, render_template, request

from app.core import clock
from app.core.access import requires
from app.core.stream import reached
from app.identity.permissions import ORDER_CREATE
from app.menu.queries import CatalogueView, catalogue
from app.ordering.queries import OrderView, counts_on_order
from app.ordering.routes.answers import bill_answer, read_order
from app.ordering.routes.blueprint import ordering


@ordering.get("/orders/<uuid:order_id>")
@requires(ORDER_CREATE)
def order(order_id: UUID) -> str:
    """The screen: bill and menu."""
    seq = reached(g.location.id)
    found = read_order(order_id)
    return render_template("ordering/order.html", order=found, seq=seq, **menu_of(found))


@ordering.get("/orders/<uuid:order_id>/bill")
@requires(ORDER_CREATE)
def bill(order_id: UUID) -> Any:
    """The bill, for a screen that heard that it changed."""
    return bill_answer(order_id)


@ordering.get("/orders/<uuid:order_id>/tiles")
@requires(ORDER_CREATE)
def tiles(order_id: UUID) -> Response | str:
    """The menu's tiles, for a screen that heard that the menu changed."""
    found = read_order(order_id)
    return render_template("ordering/_tiles.html", order=found, **menu_of(found))


def menu_of(order: OrderView) -> dict[str, Any]:
    """What the tiles show: the menu for this kind of service, and what is on the order."""
    found = catalogue(g.location, order.service_type, order.channel, clock.now())
    return {
        "menu": found,
        "current": _current(found),
        "counts": counts_on_order(order),
    }


def _current(menu: CatalogueView) -> str:
    """The category that the address names, or the first."""
    ids = [str(category.category_id) for category in menu.categories]
    wanted = request.args.get("category", "")
    return wanted if wanted in ids else next(iter(ids), "")
