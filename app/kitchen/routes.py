"""The kitchen's screens, and what is tapped on them."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import for_screens, requires
from app.core.errors import Conflict
from app.core.forms import read
from app.core.htmx import fragment_or_page, wants_fragment
from app.identity.current import current_actor
from app.identity.permissions import KITCHEN_BUMP, KITCHEN_VIEW
from app.kitchen import commands, queries, screens
from app.kitchen.forms import SeenForm, TickForm, VersionForm
from app.kitchen.pickup import numbers
from app.kitchen.views import StationView
from app.tenancy.routing import STAFF_PREFIX

kitchen = Blueprint("kitchen", __name__, url_prefix=f"{STAFF_PREFIX}/kitchen")
pickup = Blueprint("pickup", __name__, url_prefix=f"{STAFF_PREFIX}/pickup")


@pickup.get("")
@requires(KITCHEN_VIEW)
@for_screens("pickup")
def board() -> Response:
    """The numbers that guests wait for."""
    return fragment_or_page(
        "kitchen/_pickup.html",
        "kitchen/pickup.html",
        board=numbers(g.location.id),
    )


@kitchen.get("")
@requires(KITCHEN_VIEW)
@for_screens("kitchen")
def stations() -> Response:
    """Choose the station that this screen is for."""
    actor = current_actor()
    found = [one for one in queries.stations(g.location.id) if actor.watches(one.id)]
    return fragment_or_page("kitchen/_stations.html", "kitchen/stations.html", stations=found)


@kitchen.get("/<station>")
@requires(KITCHEN_VIEW)
@for_screens("kitchen")
def station(station: str) -> Response:
    """A station's board."""
    found = _station(station)
    return fragment_or_page(
        "kitchen/_board.html",
        "kitchen/page.html",
        board=queries.board(g.location.id, found.id),
        day=queries.today(g.location.id, found.id),
    )


@kitchen.get("/<station>/recall")
@requires(KITCHEN_VIEW)
@for_screens("kitchen")
def recall_list(station: str) -> str:
    """What can be brought back."""
    found = _station(station)
    tickets = queries.recallable(g.location.id, found.id)
    return render_template("kitchen/_recall.html", station=found, tickets=tickets)


@kitchen.get("/<station>/all-day")
@requires(KITCHEN_VIEW)
@for_screens("kitchen")
def all_day(station: str) -> str:
    """All that is undone, in full."""
    found = _station(station)
    counts = queries.all_day([found.id])[found.id]
    return render_template("kitchen/_all_day_sheet.html", station=found, all_day=counts)


@kitchen.post("/<station>/seen")
@requires(KITCHEN_VIEW)
@for_screens("kitchen")
def seen(station: str) -> tuple[str, int]:
    """A screen has shown these tickets."""
    found = _station(station)
    form = read(SeenForm, {"ticket": request.form.getlist("ticket")})
    commands.mark_seen(g.location, found.id, form["ticket"])
    return "", 204


@kitchen.post("/tickets/<uuid:ticket_id>/bump")
@requires(KITCHEN_BUMP)
@for_screens("kitchen")
def bump(ticket_id: UUID) -> Response | BaseResponse:
    """A ticket is made."""
    version = read(VersionForm, request.form)["version"]
    return _answer(
        ticket_id,
        "kitchen/_bumped.html",
        lambda: commands.bump(current_actor(), g.location, ticket_id, version),
    )


@kitchen.post("/tickets/<uuid:ticket_id>/recall")
@requires(KITCHEN_BUMP)
@for_screens("kitchen")
def recall(ticket_id: UUID) -> Response | BaseResponse:
    """A ticket comes back."""
    version = read(VersionForm, request.form)["version"]
    return _answer(
        ticket_id,
        "kitchen/_recalled.html",
        lambda: commands.recall(current_actor(), g.location, ticket_id, version),
    )


@kitchen.post("/tickets/<uuid:ticket_id>/confirm")
@requires(KITCHEN_BUMP)
@for_screens("kitchen")
def confirm(ticket_id: UUID) -> Response | BaseResponse:
    """What was voided has been read."""
    return _answer(
        ticket_id,
        "kitchen/_changes.html",
        lambda: commands.confirm_void(current_actor(), g.location, ticket_id),
    )


@kitchen.post("/ticket-lines/<uuid:line_id>/tick")
@requires(KITCHEN_BUMP)
@for_screens("kitchen")
def tick(line_id: UUID) -> Response | BaseResponse:
    """A line of a ticket is done, or not after all."""
    done = read(TickForm, request.form)["done"]
    ticket_id = queries.get_ticket_of(g.location.id, line_id)
    return _answer(
        ticket_id,
        "kitchen/_changes.html",
        lambda: commands.tick_line(current_actor(), g.location, line_id, done=done),
    )


def _station(slug: str) -> StationView:
    """A station of this location, where it is the actor's; raises NotFound."""
    found = queries.get_station(g.location.id, slug)
    current_actor().require_station(found.id)
    return found


def _answer(
    ticket_id: UUID, template: str, command: Callable[[], object]
) -> Response | BaseResponse:
    """Do it and show the ticket as it stands then; a conflict shows it too, and says why."""
    if not wants_fragment():
        command()
        return redirect(url_for("kitchen.stations"), 303)
    try:
        command()
    except Conflict as refusal:
        sentence = refusal.sentence
        body = screens.changes("kitchen/_refused.html", g.location, ticket_id, sentence=sentence)
        return make_response(body, refusal.status)
    return make_response(screens.changes(template, g.location, ticket_id))
