"""Data protection: what is known of people, how long it is kept, and how all of it ends."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    g,
    make_response,
    render_template,
    request,
    send_file,
    url_for,
)
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import proven_lately, requires
from app.core.errors import Invalid
from app.core.forms import read
from app.core.htmx import go_to
from app.core.ids import new_id
from app.core.limits import limited
from app.identity.current import current_actor, once
from app.identity.permissions import TENANT_MANAGE
from app.privacy import commands, queries
from app.privacy.domain import GRACE, KINDS
from app.privacy.files import get_export_file
from app.privacy.forms import CloseForm, chosen_days, chosen_orders, require_sure, typed_days

privacy = Blueprint("privacy", __name__, url_prefix="/t/<tenant>/settings/privacy")


@privacy.get("", endpoint="privacy")
@requires(TENANT_MANAGE, everywhere=True)
def page() -> Response:
    """Everything about data on one page; `guest` asks for a guest's orders."""
    return _page(200)


@privacy.post("/people/<uuid:member_id>/export")
@requires(TENANT_MANAGE, everywhere=True)
@proven_lately
@limited("export")
def export_member(member_id: UUID) -> BaseResponse:
    """Have one member's data put together."""
    actor = current_actor()
    once(lambda: {"export": str(commands.ask_export(actor, "member", [member_id]))})
    return _back("exports")


@privacy.post("/people/<uuid:member_id>/erase")
@requires(TENANT_MANAGE, everywhere=True)
@proven_lately
def erase_member(member_id: UUID) -> BaseResponse:
    """Replace a member by a number."""
    return _done("people", lambda: _erase(member_id))


@privacy.post("/guests/export")
@requires(TENANT_MANAGE, everywhere=True)
@proven_lately
@limited("export")
def export_guests() -> BaseResponse:
    """Have the data of the orders that were ticked put together."""
    return _done("exports", _export_guests)


@privacy.post("/guests/erase")
@requires(TENANT_MANAGE, everywhere=True)
@proven_lately
def erase_guests() -> BaseResponse:
    """Take names and notes off the orders that were ticked."""
    return _done("guests", _erase_guests)


@privacy.post("/retention")
@requires(TENANT_MANAGE, everywhere=True)
@proven_lately
def retention() -> BaseResponse:
    """Keep kinds of things for so many days."""
    return _done(
        "retention", lambda: commands.set_retention(current_actor(), chosen_days(request.form))
    )


@privacy.get("/exports/<uuid:export_id>.zip")
@requires(TENANT_MANAGE, everywhere=True)
@proven_lately
def download(export_id: UUID) -> Response:
    """Take an export away."""
    found = queries.get_export(export_id)
    commands.note_download(current_actor(), found.kind, found.subject_ids)
    name = f"{found.kind}-{found.asked_at:%Y-%m-%d}.zip"
    response = send_file(
        get_export_file(export_id), "application/zip", as_attachment=True, download_name=name
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@privacy.post("/close")
@requires(TENANT_MANAGE, everywhere=True)
@proven_lately
@limited("export")
def close() -> BaseResponse:
    """Close the restaurant whose slug was typed."""
    return _done("", lambda: commands.close(current_actor(), read(CloseForm, request.form)["slug"]))


@privacy.post("/take-back")
@requires(TENANT_MANAGE, everywhere=True)
def take_back() -> BaseResponse:
    """Keep the restaurant after all."""
    return _done("", lambda: commands.take_back(current_actor()))


def _erase(member_id: UUID) -> None:
    require_sure(request.form)
    commands.erase_member(current_actor(), member_id)


def _export_guests() -> None:
    actor, order_ids = current_actor(), chosen_orders(request.form)
    once(lambda: {"export": str(commands.ask_export(actor, "guest", order_ids))})


def _erase_guests() -> None:
    require_sure(request.form)
    commands.erase_guests(current_actor(), chosen_orders(request.form))


def _done(anchor: str, act: Callable[[], object]) -> BaseResponse:
    """Do it and go back to its part of the page; what is refused comes back with its sentence."""
    try:
        act()
    except Invalid as error:
        return _page(error.status, error)
    return _back(anchor)


def _back(anchor: str) -> BaseResponse:
    return go_to(url_for("privacy.privacy", _anchor=anchor or None))


def _page(status: int, error: Invalid | None = None) -> Response:
    search, actor = request.values.get("guest", ""), current_actor()
    context: dict[str, Any] = {
        "erase_after": g.tenant.erase_after,
        "awaits_everything": queries.awaits_everything(),
        "slug": g.tenant.slug,
        "exports": queries.exports(),
        "people": queries.people(actor),
        "search": search,
        "guests": queries.find_guests(search) if search.strip() else [],
        "kinds": KINDS,
        "days": {**queries.retention_days(), **typed_days(request.form)},
        "removal": queries.last_removal(),
        "grace": GRACE.days,
        "errors": error.fields if error else {},
        "sentence": error.sentence if error else "",
        "fresh_key": new_id,  # one a form: without script its repeat is told by it
        "me": actor.member_id,
    }
    return make_response(render_template("privacy/page.html", **context), status)
