"""What goes to the kitchen and comes back: send, fire, serve."""

from typing import Any
from uuid import UUID

from flask import g, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.access import requires
from app.core.forms import read
from app.core.htmx import go_to
from app.identity.current import current_actor, once
from app.identity.permissions import ORDER_CREATE
from app.ordering import commands, forms
from app.ordering.routes.answers import bill_answer, do_once
from app.ordering.routes.blueprint import ordering


@ordering.post("/orders/<uuid:order_id>/send")
@requires(ORDER_CREATE)
def send(order_id: UUID) -> Response:
    """Place what is new; `then=pay` goes on to the payment."""
    sent = once(lambda: _send(order_id))
    if request.form.get("then") == "pay":
        return go_to(url_for("payments.pay", order_id=order_id))
    return bill_answer(order_id, [str(warning) for warning in sent["warnings"]])


@ordering.post("/orders/<uuid:order_id>/leave-off")
@requires(ORDER_CREATE)
def leave_off(order_id: UUID) -> Response:
    """Keep what was not sent for a later bill and go on to the payment."""
    once(lambda: _left(commands.leave_off_unsent(current_actor(), g.location, order_id)))
    return go_to(url_for("payments.pay", order_id=order_id))


@ordering.post("/orders/<uuid:order_id>/courses/<int:course>/fire")
@requires(ORDER_CREATE)
def fire(order_id: UUID, course: int) -> Response:
    """Hand a course that was on hold to the kitchen."""
    done = once(lambda: _left(commands.fire_course(current_actor(), g.location, order_id, course)))
    waits = [] if done["id"] else [_("Nothing of this course can be fired yet.")]
    return bill_answer(order_id, waits)


@ordering.post("/orders/<uuid:order_id>/serve")
@requires(ORDER_CREATE)
def serve(order_id: UUID) -> Response:
    """What was ready is with the guests."""
    line_ids = read(forms.ServeForm, request.form)["line_ids"]
    do_once(commands.serve_lines, order_id, line_ids)
    return bill_answer(order_id)


def _send(order_id: UUID) -> dict[str, Any]:
    sent = commands.send(current_actor(), g.location, order_id)
    return {"number": sent.number, "warnings": list(sent.warnings)}


def _left(found: UUID | None) -> dict[str, Any]:
    return {"id": str(found) if found else None}
