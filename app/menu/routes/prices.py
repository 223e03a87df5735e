"""The prices, taxes and items of one location, where they differ from the restaurant's."""

from datetime import date
from uuid import UUID

from flask import Response, g, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core import clock
from app.core.access import requires
from app.core.forms import read
from app.core.htmx import fragment_or_page, go_to, wants_fragment
from app.core.money import parse_money
from app.identity.current import current_actor
from app.identity.permissions import MENU_EDIT
from app.menu import commands, queries
from app.menu.commands import Sold
from app.menu.forms import ItemHereForm, PriceHereForm
from app.menu.routes.blueprint import menu
from app.tenancy.queries import date_at, find_open_day


@menu.get("/prices")
@requires(MENU_EDIT)
def prices() -> Response:
    """Every item beside the restaurant's price; htmx asks for what a search finds."""
    search = request.args.get("q", "")[:60]
    found = queries.priced_menu(g.location, clock.now(), search)
    return fragment_or_page(
        "menu/_prices.html", "menu/prices.html", found=found, search=search, today=_today()
    )


@menu.post("/prices/variants/<uuid:variant_id>")
@requires(MENU_EDIT)
def set_price(variant_id: UUID) -> str | BaseResponse:
    """Give a size a price of this location's own."""
    _set(Sold(kind="variant", id=variant_id))
    return _item_of(variant_id)


@menu.post("/prices/variants/<uuid:variant_id>/standard")
@requires(MENU_EDIT)
def clear_price(variant_id: UUID) -> str | BaseResponse:
    """Back to the restaurant's price of a size."""
    commands.clear_price_here(current_actor(), g.location, Sold(kind="variant", id=variant_id))
    return _item_of(variant_id)


@menu.post("/prices/modifiers/<uuid:modifier_id>")
@requires(MENU_EDIT)
def set_choice_price(modifier_id: UUID) -> str | BaseResponse:
    """Give a choice a price of this location's own."""
    _set(Sold(kind="modifier", id=modifier_id))
    return _choice(modifier_id)


@menu.post("/prices/modifiers/<uuid:modifier_id>/standard")
@requires(MENU_EDIT)
def clear_choice_price(modifier_id: UUID) -> str | BaseResponse:
    """Back to the restaurant's price of a choice."""
    commands.clear_price_here(current_actor(), g.location, Sold(kind="modifier", id=modifier_id))
    return _choice(modifier_id)


@menu.post("/<uuid:item_id>/here")
@requires(MENU_EDIT)
def set_item(item_id: UUID) -> str | BaseResponse:
    """Say whether an item is sold here, and by which tax class."""
    form = read(ItemHereForm, request.form)
    commands.set_item_here(current_actor(), g.location, item_id, **form)
    return _item(item_id)


def _set(sold: Sold) -> None:
    form = read(PriceHereForm, request.form)
    place = g.location
    amount = parse_money(form["amount"], place.currency, place.locale)
    commands.set_price_here(current_actor(), place, sold, amount, form["valid_from"])


def _item(item_id: UUID) -> str | BaseResponse:
    if not wants_fragment():
        return go_to(url_for("menu.prices", _anchor=f"item-{item_id}"))
    found = queries.priced_menu(g.location, clock.now())
    return render_template(
        "menu/_priced_item.html", item=found.item(item_id), found=found, today=_today()
    )


def _item_of(variant_id: UUID) -> str | BaseResponse:
    found = queries.priced_menu(g.location, clock.now())
    return _item(found.item_of(variant_id).item_id)


def _choice(modifier_id: UUID) -> str | BaseResponse:
    if not wants_fragment():
        return go_to(url_for("menu.prices", _anchor=f"price-{modifier_id}"))
    row = queries.priced_menu(g.location, clock.now()).choice(modifier_id)
    return render_template("menu/_price_row.html", row=row, today=_today())


def _today() -> date:
    return date_at(g.location, find_open_day(g.location), clock.now())
