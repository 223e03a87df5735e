"""Sheets: an item's choices, a line, a void, what else an order can do. Pages without htmx."""

from typing import Any
from uuid import UUID

from flask import Response, g, request

from app.core import clock
from app.core.access import requires
from app.core.errors import Invalid, NotFound
from app.core.htmx import fragment_or_page
from app.identity.current import current_actor
from app.identity.permissions import ORDER_CREATE
from app.menu.allergens import ALLERGENS
from app.menu.queries import ItemDetail, item_detail
from app.ordering.forms import MOST_COURSES
from app.ordering.queries import OrderView, get_line
from app.ordering.routes.answers import read_order
from app.ordering.routes.blueprint import ordering


@ordering.get("/orders/<uuid:order_id>/items/<uuid:item_id>")
@requires(ORDER_CREATE)
def item(order_id: UUID, item_id: UUID) -> Response:
    """An item's sizes and choices."""
    return item_sheet(order_id, str(item_id))


@ordering.get("/lines/<uuid:line_id>")
@requires(ORDER_CREATE)
def line(line_id: UUID) -> Response:
    """A line: what may be changed, or what has become of it."""
    return line_sheet(line_id)


@ordering.get("/lines/<uuid:line_id>/void")
@requires(ORDER_CREATE)
def void(line_id: UUID) -> Response:
    """Why a line is voided."""
    return void_sheet(line_id)


@ordering.get("/orders/<uuid:order_id>/more")
@requires(ORDER_CREATE)
def more(order_id: UUID) -> Response:
    """What is done to an order seldom."""
    return _sheet("more", order=read_order(order_id))


@ordering.get("/orders/<uuid:order_id>/unsent")
@requires(ORDER_CREATE)
def unsent(order_id: UUID) -> Response:
    """What becomes of lines that were not sent when the guest pays."""
    return _sheet("unsent", order=read_order(order_id))


def item_sheet(order_id: UUID, item_id: str, error: Invalid | None = None) -> Response:
    """The sheet of an item, with what was wrong about the choices."""
    order = read_order(order_id)
    try:
        detail = _detail(order, UUID(item_id))
    except ValueError:
        raise error or NotFound("no_item", "There is no such item.") from None
    return _sheet("item", error, order=order, detail=detail, chosen=_chosen(detail))


def line_sheet(line_id: UUID, error: Invalid | None = None) -> Response:
    """The sheet of a line."""
    order, found = get_line(g.location, line_id, current_actor())
    detail = _detail_if_sold(order, found.item_id) if found.can_edit else None
    return _sheet("line", error, order=order, line=found, detail=detail)


def void_sheet(line_id: UUID, error: Invalid | None = None) -> Response:
    """The sheet that asks why."""
    order, found = get_line(g.location, line_id, current_actor())
    return _sheet("void", error, order=order, line=found)


def _sheet(name: str, error: Invalid | None = None, **context: Any) -> Response:
    return fragment_or_page(
        f"ordering/_{name}_answer.html" if error else f"ordering/_{name}_sheet.html",
        "ordering/sheet.html",
        422 if error else 200,
        sheet=f"ordering/_{name}_sheet.html",
        errors=error.fields if error else {},
        sentence=error.sentence if error else "",
        said=request.form,
        said_seats=request.form.getlist("seats", type=int),
        allergens=ALLERGENS,
        most_courses=MOST_COURSES,
        **context,
    )


def _detail(order: OrderView, item_id: UUID) -> ItemDetail:
    return item_detail(g.location, item_id, order.service_type, order.channel, clock.now())


def _detail_if_sold(order: OrderView, item_id: UUID) -> ItemDetail | None:
    """An item that left the menu can still be counted up or down, only not chosen anew."""
    try:
        return _detail(order, item_id)
    except NotFound:
        return None


def _chosen(detail: ItemDetail) -> set[UUID]:
    """The modifiers chosen when the sheet opens: those said already, else the usual."""
    offered = [modifier for group in detail.groups for modifier in group.modifiers]
    if not request.form:
        return {modifier.modifier_id for modifier in offered if modifier.usual}
    said = {value for _name, values in request.form.lists() for value in values}
    return {m.modifier_id for m in offered if str(m.modifier_id) in said}
