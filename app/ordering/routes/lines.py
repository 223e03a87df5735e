"""Lines by tap: add, edit, remove, void."""

from typing import Any
from uuid import UUID

from flask import g, request
from werkzeug.wrappers import Response

from app.core.access import requires
from app.core.errors import Invalid
from app.core.forms import read
from app.identity.current import current_actor, once
from app.identity.permissions import ORDER_CREATE
from app.ordering import commands, forms
from app.ordering.routes.answers import bill_answer
from app.ordering.routes.blueprint import ordering
from app.ordering.routes.sheets import item_sheet, line_sheet, void_sheet


@ordering.post("/orders/<uuid:order_id>/lines")
@requires(ORDER_CREATE)
def add_line(order_id: UUID) -> Response:
    """Add a line; what is wrong with its choices is said in the item's sheet."""
    try:
        new = forms.new_line(read(forms.NewLineForm, request.form))
        once(lambda: _id(commands.add_line(current_actor(), g.location, order_id, new)))
    except Invalid as error:
        return item_sheet(order_id, request.form.get("item_id", ""), error)
    return bill_answer(order_id)


@ordering.post("/lines/<uuid:line_id>")
@requires(ORDER_CREATE)
def edit_line(line_id: UUID) -> Response:
    """Change a line that the kitchen does not have yet."""
    try:
        version = read(forms.VersionForm, request.form)["version"]
        edit = forms.line_edit(read(forms.LineForm, request.form))
        done = once(
            lambda: _id(commands.edit_line(current_actor(), g.location, line_id, version, edit))
        )
    except Invalid as error:
        return line_sheet(line_id, error)
    return bill_answer(UUID(done["id"]))


@ordering.post("/lines/<uuid:line_id>/remove")
@requires(ORDER_CREATE)
def remove_line(line_id: UUID) -> Response:
    """Take away a line that was never sent."""
    version = read(forms.VersionForm, request.form)["version"]
    done = once(lambda: _id(commands.remove_line(current_actor(), g.location, line_id, version)))
    return bill_answer(UUID(done["id"]))


@ordering.post("/lines/<uuid:line_id>/void")
@requires(ORDER_CREATE)
def void_line(line_id: UUID) -> Response:
    """Void a sent line, with a reason."""
    try:
        done = once(lambda: _id(_void(line_id, read(forms.VoidForm, request.form))))
    except Invalid as error:
        return void_sheet(line_id, error)
    return bill_answer(UUID(done["id"]))


def _void(line_id: UUID, said: dict[str, Any]) -> UUID:
    reason = said["reason_text"] or said["reason"]
    actor = current_actor()
    return commands.void_line(
        actor, g.location, line_id, said["version"], reason=reason, made=said["made"]
    )


def _id(found: UUID) -> dict[str, Any]:
    return {"id": str(found)}
