"""The pages of opening a restaurant: one for each step, each of which may be left and resumed."""

from collections import defaultdict
from typing import Any

from flask import Blueprint, Flask, Response, g, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import proven_lately, requires
from app.core.csv_rows import lines_of
from app.core.errors import DomainError, Invalid
from app.core.forms import read
from app.core.htmx import go_to
from app.core.limits import limited
from app.identity.commands import set_pin
from app.identity.current import current_actor, once
from app.identity.permissions import TENANT_MANAGE
from app.identity.staff.queries import get_person
from app.onboarding import choices, commands, forms, sample_data
from app.onboarding.domain import Step
from app.onboarding.queries import find_open_work, first_location, get_progress, people
from app.onboarding.sample_menu import sample_menu
from app.tenancy.queries import get_profile

setup = Blueprint("setup", __name__, url_prefix="/t/<tenant>/setup")


@setup.get("")
@requires(TENANT_MANAGE, everywhere=True)
def overview() -> Response:
    """What is done, what is next."""
    return _page(None)


@setup.get("/restaurant")
@requires(TENANT_MANAGE, everywhere=True)
def restaurant() -> Response:
    """Name, short name and country."""
    return _page(Step.RESTAURANT)


@setup.post("/restaurant")
@requires(TENANT_MANAGE, everywhere=True)
@proven_lately
def save_restaurant() -> Response | BaseResponse:
    """Keep them; the pages move to the short name."""
    try:
        form = read(forms.RestaurantForm, request.form)
        commands.name_restaurant(current_actor(), **form)
    except Invalid as error:
        return _page(Step.RESTAURANT, error)
    return go_to(f"/t/{form['slug']}/setup/location")


@setup.get("/location")
@requires(TENANT_MANAGE, everywhere=True)
def location() -> Response:
    """Clock, money, law and service of the first location."""
    return _page(Step.LOCATION)


@setup.post("/location")
@requires(TENANT_MANAGE, everywhere=True)
def save_location() -> Response | BaseResponse:
    """Open it."""
    try:
        commands.open_first_location(
            current_actor(), forms.read_location(read(forms.FirstLocationForm, request.form))
        )
    except DomainError as error:
        return _page(Step.LOCATION, error)
    return _onward()


@setup.get("/menu")
@requires(TENANT_MANAGE, everywhere=True)
def menu() -> Response:
    """A sample, a file, or nothing yet."""
    return _page(Step.MENU)


@setup.post("/menu")
@requires(TENANT_MANAGE, everywhere=True)
@limited("import")
def save_menu() -> Response | BaseResponse:
    """Take the menu from a file."""
    try:
        commands.take_menu(current_actor(), first_location(), lines_of(_file()))
    except DomainError as error:
        return _page(Step.MENU, error)
    return _onward()


@setup.get("/menu/sample.csv")
@requires(TENANT_MANAGE, everywhere=True)
def sample_file() -> Response:
    """The sample as a file, which is the pattern of a menu of one's own."""
    response = make_response("".join(sample_menu(first_location().currency)))
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = "attachment; filename=menu.csv"
    return response


@setup.post("/menu/sample")
@requires(TENANT_MANAGE, everywhere=True)
@limited("import")
def save_sample() -> Response | BaseResponse:
    """Begin with the sample."""
    try:
        sample_data.use_sample(current_actor(), first_location())
    except DomainError as error:
        return _page(Step.MENU, error)
    return _onward()


@setup.post("/menu/sample/discard")
@requires(TENANT_MANAGE, everywhere=True)
def discard_sample() -> BaseResponse:
    """Throw the sample away."""
    sample_data.throw_sample_away(current_actor(), first_location())
    return go_to(url_for("setup.menu"))


@setup.get("/tables")
@requires(TENANT_MANAGE, everywhere=True)
def tables() -> Response:
    """How many tables."""
    return _page(Step.TABLES)


@setup.post("/tables")
@requires(TENANT_MANAGE, everywhere=True)
def save_tables() -> Response | BaseResponse:
    """Draw the room."""
    try:
        form = read(forms.TablesForm, request.form)
        commands.set_tables(current_actor(), first_location(), **form)
    except DomainError as error:
        return _page(Step.TABLES, error)
    return _onward()


@setup.get("/staff")
@requires(TENANT_MANAGE, everywhere=True)
def staff() -> Response:
    """Who works here."""
    return _page(Step.STAFF)


@setup.post("/staff")
@requires(TENANT_MANAGE, everywhere=True)
@proven_lately
def save_employee() -> Response | BaseResponse:
    """Add one who signs in by PIN; the form comes back for the next."""
    try:
        form = read(forms.EmployeeForm, request.form)
        once(lambda: {"id": str(commands.hire(current_actor(), **form))})
    except DomainError as error:
        return _page(Step.STAFF, error)
    return go_to(url_for("setup.staff"))


@setup.post("/staff/pin")
@requires(TENANT_MANAGE, everywhere=True)
@proven_lately
def save_own_pin() -> Response | BaseResponse:
    """Give whoever opens the restaurant a PIN of their own."""
    actor = current_actor()
    try:
        set_pin(actor, actor.member_id, read(forms.OwnPinForm, request.form)["own_pin"])
    except DomainError as error:
        return _page(Step.STAFF, error)
    return go_to(url_for("setup.staff"))


@setup.get("/devices")
@requires(TENANT_MANAGE, everywhere=True)
def devices() -> Response:
    """Where tablets and kitchen screens are paired."""
    return _page(Step.DEVICES)


@setup.post("/<any(menu, tables, staff, devices):step>/leave-out")
@requires(TENANT_MANAGE, everywhere=True)
def leave_out(step: str) -> BaseResponse:
    """Do without a step for now."""
    commands.leave_out(current_actor(), Step(step))
    return _onward()


def init_opening(app: Flask) -> None:
    """Offer `opening`, what a restaurant that is being opened still lacks, and `step_to_do`."""
    app.context_processor(lambda: {"opening": _checklist, "step_to_do": _step_to_do})


def _checklist() -> dict[str, Any] | None:
    if not current_actor().may_everywhere(TENANT_MANAGE):
        return None
    progress = find_open_work()
    return {"progress": progress, "titles": choices.titles()} if progress else None


def _step_to_do(name: str) -> str:
    """The address where a step is made up for; empty where it is done, or is not the reader's."""
    may_open = current_actor().may_everywhere(TENANT_MANAGE)
    return url_for(f"setup.{name}") if may_open and Step(name) not in get_progress().done else ""


def _onward() -> BaseResponse:
    """The next step that is open, else the overview."""
    following = get_progress().next_step
    return go_to(url_for(f"setup.{following}" if following else "setup.overview"))


def _file() -> bytes:
    given = request.files.get("file")
    content = given.read() if given else b""
    if not content:
        raise Invalid("file", "Choose a file first.", {"file": ["Choose a file first."]})
    return content


def _page(step: Step | None, error: DomainError | None = None) -> Response:
    """A step's page, with what was sent where it was refused."""
    progress = get_progress()
    if step and not progress.may_begin(step):
        step = Step.LOCATION
    context: dict[str, Any] = {
        "progress": progress,
        "step": step,
        "titles": choices.titles(),
        "sentence": error.sentence if error else "",
        "errors": defaultdict(list, error.fields if isinstance(error, Invalid) else {}),
        "values": defaultdict(str, request.form or choices.proposals(step, g.tenant)),
        "choices": choices.lists(step),
        "has_sample": bool(get_profile().setup.get("sample")),
        "people": people() if step is Step.STAFF else [],
        "has_pin": step is Step.STAFF and get_person(current_actor().member_id).has_pin,
    }
    page = render_template(f"onboarding/{step or 'overview'}.html", **context)
    return make_response(page, error.status if error else 200)
