"""The list of people, a person's page, and what is done there."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, g, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import proven_lately, requires
from app.core.errors import DomainError
from app.core.forms import read
from app.core.htmx import fragment_or_page, go_to
from app.core.limits import limited
from app.identity.account.forms import EmailForm
from app.identity.actor import Actor
from app.identity.current import current_actor, once
from app.identity.permissions import STAFF_MANAGE, STAFF_VIEW
from app.identity.places import get_standing, manages, places_of
from app.identity.staff import invitations, people, queries, ways_in
from app.identity.staff.forms import (
    PinForm,
    chosen_places,
    read_filters,
    read_hired,
    read_invited,
    read_work,
    shown_places,
)
from app.identity.staff.queries import PersonView, Wanted
from app.identity.staff.routes.blueprint import staff
from app.identity.staff.routes.refusals import REFUSALS, act_once, said

View = Callable[[UUID], BaseResponse]

ONE = "/settings/staff/<uuid:member_id>"


@staff.get("/settings/staff", endpoint="people")
@requires(STAFF_VIEW, somewhere=True)
def listed() -> Response:
    """Who works here; search, filters and page stand in the address."""
    asked = read_filters(request)
    wanted = Wanted(
        search=asked["q"].strip(),
        state=asked["state"],
        role_id=asked["role"],
        location_id=asked["location"],
        page=asked["page"],
    )
    actor = current_actor()
    return fragment_or_page(
        "identity/staff/_people.html",
        "identity/staff/people.html",
        wanted=wanted,
        found=queries.people(actor, wanted),
        roles=queries.roles(),
        locations=places_of(actor, STAFF_VIEW),
        may_manage=actor.may_somewhere(STAFF_MANAGE),
    )


@staff.get("/settings/staff/invite", endpoint="invite_page")
@requires(STAFF_MANAGE, somewhere=True)
def invite_page() -> Response:
    """Somebody new who signs in by e-mail."""
    return _new("invite")


@staff.get("/settings/staff/add", endpoint="add_page")
@requires(STAFF_MANAGE, somewhere=True)
def add_page() -> Response:
    """Somebody new who signs in by PIN alone."""
    return _new("add")


@staff.post("/settings/staff/invite")
@requires(STAFF_MANAGE, somewhere=True)
@proven_lately
@limited("invitation")
def invite() -> BaseResponse:
    """Invite somebody by e-mail."""

    def command() -> UUID:
        work, email = read_invited(request)
        return invitations.invite(current_actor(), g.tenant, work, email)

    return _take_on("invite", command)


@staff.post("/settings/staff/add")
@requires(STAFF_MANAGE, somewhere=True)
@proven_lately
def add() -> BaseResponse:
    """Let somebody work here who signs in by PIN."""

    def command() -> UUID:
        work, pin = read_hired(request)
        return people.add(current_actor(), work, pin=pin)

    return _take_on("add", command)


@staff.get(ONE)
@requires(STAFF_VIEW, somewhere=True)
def person(member_id: UUID) -> Response:
    """All about one person."""
    return _person(member_id)


def _form_at(address: str, endpoint: str) -> Callable[[View], View]:
    """A form on a person's page: loaded again, the refused one at its address is the page."""
    staff.get(f"{ONE}/{address}", endpoint=f"after_{endpoint}")(person)
    return staff.post(f"{ONE}/{address}", endpoint=endpoint)


@staff.post(ONE, endpoint="change")
@requires(STAFF_MANAGE, somewhere=True)
@proven_lately
def change(member_id: UUID) -> BaseResponse:
    """Change name, role and places."""
    return _do(member_id, lambda actor: people.change(actor, member_id, read_work(request)))


@_form_at("pin", "pin")
@requires(STAFF_MANAGE, somewhere=True)
@proven_lately
def give_pin(member_id: UUID) -> BaseResponse:
    """Give a PIN. One by lot is shown in the answer, and never again: it is kept hashed."""
    try:
        told = read(PinForm, request.form)["pin"]
        pin = people.give_new_pin(current_actor(), member_id, told or None)
    except REFUSALS as error:
        return _person(member_id, error)
    return _to(member_id) if told else _person(member_id, new_pin=pin)


@_form_at("pin/clear", "clear_pin")
@requires(STAFF_MANAGE, somewhere=True)
@proven_lately
def clear_pin(member_id: UUID) -> BaseResponse:
    """Take the PIN away."""
    return _do(member_id, lambda actor: people.clear_pin(actor, member_id))


@_form_at("sign-out", "sign_out")
@requires(STAFF_MANAGE, somewhere=True)
def sign_out(member_id: UUID) -> BaseResponse:
    """Sign a person out everywhere."""
    return _do(member_id, lambda actor: people.sign_out(actor, member_id))


@_form_at("deactivate", "deactivate")
@requires(STAFF_MANAGE, somewhere=True)
@proven_lately
def deactivate(member_id: UUID) -> BaseResponse:
    """End all that a person has here."""
    return _do(member_id, lambda actor: people.deactivate(actor, member_id))


@_form_at("reactivate", "reactivate")
@requires(STAFF_MANAGE, somewhere=True)
@proven_lately
def reactivate(member_id: UUID) -> BaseResponse:
    """Let a former member work here again."""
    return _do(member_id, lambda actor: people.reactivate(actor, member_id))


@_form_at("invitation", "send")
@requires(STAFF_MANAGE, somewhere=True)
@proven_lately
@limited("invitation")
def send(member_id: UUID) -> BaseResponse:
    """Invite by e-mail somebody who is here already, or once more."""

    def command(actor: Actor) -> None:
        email = read(EmailForm, request.form)["email"]
        invitations.send(actor, g.tenant, member_id, email)

    return _do(member_id, command)


@_form_at("invitation/withdraw", "withdraw")
@requires(STAFF_MANAGE, somewhere=True)
def withdraw(member_id: UUID) -> BaseResponse:
    """Take an invitation back; who never worked here has no page any more."""

    def command() -> dict[str, Any]:
        return {"is_gone": invitations.withdraw(current_actor(), member_id)}

    return go_to(url_for("staff.people")) if once(command)["is_gone"] else _to(member_id)


def _take_on(how: str, command: Callable[[], UUID]) -> BaseResponse:
    try:
        member_id = once(lambda: {"member_id": str(command())})["member_id"]
    except REFUSALS as error:
        return _new(how, error)
    return _to(member_id)


def _do(member_id: UUID, command: Callable[[Actor], None]) -> BaseResponse:
    try:
        act_once(command)
    except REFUSALS as error:
        return _person(member_id, error)
    return _to(member_id)


def _to(member_id: object) -> BaseResponse:
    return go_to(url_for("staff.person", member_id=member_id))


def _new(how: str, error: DomainError | None = None) -> Response:
    page = render_template(
        "identity/staff/new.html",
        how=how,
        sent=request.form,
        **_choices(STAFF_MANAGE, error),
        **said(error),
    )
    return make_response(page, error.status if error else 200)


def _person(member_id: UUID, error: DomainError | None = None, *, new_pin: str = "") -> Response:
    actor = current_actor()
    shown = queries.get_colleague(actor, member_id)
    may_change = manages(actor, get_standing(member_id))
    page = render_template(
        "identity/staff/person.html",
        member=shown,
        sessions=ways_in.sessions_of(member_id),
        invitation=ways_in.find_invitation(member_id),
        may_change=may_change,
        new_pin=new_pin,
        sent=request.form if "role_id" in request.form else _sent(shown),
        **_choices(STAFF_MANAGE if may_change else STAFF_VIEW, error, shown),
        **said(error),
    )
    return make_response(page, error.status if error else 200)


def _sent(shown: PersonView) -> dict[str, str]:
    return {"name": shown.name, "role_id": str(shown.role_id)}


def _choices(
    permission: str, error: DomainError | None, shown: PersonView | None = None
) -> dict[str, Any]:
    """Roles, and places where the actor has a permission, to choose from; and which are chosen."""
    actor = current_actor()
    places = places_of(actor, permission)
    is_refused = error is not None and "role_id" in request.form
    chosen = chosen_places(request) if is_refused or shown is None else shown_places(shown.places)
    return {
        "roles": queries.roles(),
        "locations": places,
        "chosen": chosen,
        "own_permissions": actor.permissions,
        "may_place_everywhere": actor.location_ids is None,
        "held": {str(place.id): actor.permissions_at(place.id) for place in places},
    }
