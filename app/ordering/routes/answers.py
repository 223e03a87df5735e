"""What a tap answers: fragments for htmx, the order's page for everybody else."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from flask import Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core import failures
from app.core.errors import Conflict
from app.core.htmx import wants_fragment
from app.core.stream import reached
from app.identity.actor import Actor
from app.identity.current import current_actor, once
from app.ordering.queries import OrderView, get_order, order_of_line


def order_url(order_id: object) -> str:
    """Where an order's page is."""
    return url_for("ordering.order", order_id=order_id)


def floor_url() -> str:
    """Where the floor plan is."""
    return url_for("ordering.floor")


def do_once(command: Callable[..., None], *said: object) -> None:
    """Carry out a command that answers nothing, once for each gesture."""
    once(lambda: _nothing(command, current_actor(), *said))


def _nothing(command: Callable[..., None], actor: Actor, *said: object) -> dict[str, Any]:
    command(actor, g.location, *said)
    return {}


def bill_answer(order_id: UUID, toasts: Iterable[str] = ()) -> BaseResponse:
    """The order's bill anew with what it brought to say, or its page."""
    if not wants_fragment():
        read_order(order_id)  # there is no page of an order that is not there
        return redirect(order_url(order_id), 303)
    return _bill(order_id, toasts=tuple(toasts))


def read_order(order_id: UUID) -> OrderView:
    """The order as whoever asks may see it."""
    return get_order(g.location, order_id, current_actor())


def _bill(order_id: UUID, status: int = 200, **context: Any) -> Response:
    seq = reached(g.location.id)
    context = {"toasts": (), "notice": "", "seq": seq, "order": read_order(order_id), **context}
    response = make_response(render_template("ordering/_update.html", **context))
    response.status_code = status
    response.vary.add("HX-Request")
    return response


def on_conflict(error: Conflict) -> Response:
    """A 409 shows how things are now, with the sentence above them."""
    order_id = _order_of_request()
    if order_id is None or not wants_fragment():
        return failures.answer(error)
    response = _bill(order_id, 409, notice=error.sentence)
    response.headers["HX-Trigger"] = "nib-sheet-close"
    return response


def _order_of_request() -> UUID | None:
    ids = request.view_args or {}
    if "line_id" in ids:
        return order_of_line(g.location, ids["line_id"])
    order_id: UUID | None = ids.get("order_id")
    return order_id
