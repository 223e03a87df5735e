"""The stock of a location, to look at."""

from flask import Blueprint, g, render_template, request

from app.core.access import requires
from app.identity.permissions import INVENTORY_VIEW
from app.inventory.queries import stock_list
from app.tenancy.routing import STAFF_PREFIX

inventory = Blueprint("inventory", __name__, url_prefix=f"{STAFF_PREFIX}/stock")


@inventory.get("")
@requires(INVENTORY_VIEW)
def stock() -> str:
    """Every ingredient, or with `?only=low` those to buy."""
    return render_template(
        "inventory/page.html",
        stock=stock_list(g.location),
        only_low=request.args.get("only") == "low",
    )
