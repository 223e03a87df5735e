"""Sign-in, sign-out, the PIN and the lock of a tablet, and where each role starts."""

import json
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import for_screens, paired, public, signed_in
from app.core.errors import DomainError, Forbidden, Invalid
from app.core.forms import read
from app.core.htmx import fragment_or_page, go_to, wants_fragment
from app.core.limits import counted_here, limited
from app.identity import sign_in as proofs
from app.identity import tablet
from app.identity.account.half import begin_half
from app.identity.account.passkeys import relying_party
from app.identity.actor import Actor
from app.identity.current import (
    current_actor,
    enter,
    find_device_here,
    find_login_here,
    leave,
    note_device,
)
from app.identity.errors import Closed, InsecureAddress, TooManyTries, WrongSecret
from app.identity.forms import PinForm, SignInForm
from app.identity.gate import may_open, next_path, page_of_fragment
from app.identity.landing import landing
from app.identity.permissions import TENANT_MANAGE
from app.identity.queries import Login, PairedDevice
from app.identity.refusals import refused, shown
from app.identity.session import cookie_name, is_overheard
from app.identity.sign_in import Proven
from app.tenancy.queries import locations

identity = Blueprint("identity", __name__, url_prefix="/t/<tenant>")

REFUSALS = (Invalid, WrongSecret, TooManyTries, Forbidden)


@identity.get("/sign-in")
@public
def sign_in_page() -> Response | BaseResponse:
    """The form; who is signed in already goes on."""
    if find_login_here():
        return redirect(onward(request.args.get("next"), current_actor()))
    return _sign_in_form(request.args.get("next"))


@identity.post("/sign-in")
@public
@limited("sign_in")
def sign_in() -> Response | BaseResponse:
    """Take e-mail and password; a refused form comes back with one sentence."""
    if cookie_name(request) is None:
        raise InsecureAddress
    try:
        form = read(SignInForm, request.form)
        proven = proofs.sign_in(
            form["email"], form["password"], counted_here(), find_login_here(), note_device()
        )
    except REFUSALS as error:
        return _sign_in_form(request.form.get("next"), error)
    return come_in(proven, form["next"])


@identity.post("/sign-out")
@signed_in
def sign_out() -> BaseResponse:
    """End this browser's session."""
    proofs.sign_out(_login())
    leave()
    return go_to(url_for("identity.sign_in_page"))


@identity.get("/account/menu")
@signed_in
def menu() -> Response:
    """Who is signed in here, and what a person does about that: a sheet, or a page of its own."""
    return fragment_or_page("identity/_menu.html", "identity/menu.html", is_sheet=wants_fragment())


@identity.get("/pin")
@paired
def pin_page() -> Response | BaseResponse:
    """Who takes over this tablet: a sheet over the page, or a page of its own."""
    if not _device().is_tablet:
        return redirect(url_for("identity.home"))
    return _pin_form(200, page_of_fragment() or next_path(request.args.get("next")))


@identity.post("/pin")
@paired
@limited("pin")
def enter_by_pin() -> Response | BaseResponse:
    """Hand this tablet to the member whose PIN it is; the page stays for who was at it."""
    before = find_login_here()
    try:
        form = read(PinForm, request.form)
        token = tablet.enter_by_pin(_tablet(), form["member_id"], form["pin"], before)
    except REFUSALS as error:
        return refused(error, _pin_form(error.status, request.form.get("next"), error))
    person = enter(token)
    if wants_fragment() and form["was"] == person.member_id:
        return _unlocked()
    return go_to(onward(form["next"], person.actor))


@identity.post("/lock")
@paired
def lock() -> Response | BaseResponse:
    """Ask for a PIN before anything else is done at this tablet."""
    login = find_login_here()
    if login is not None and login.device is not None:
        tablet.lock(login)
        leave()
    return pin_page()


@identity.get("/")
@signed_in
@for_screens("kitchen", "pickup")
def home() -> Response | BaseResponse:
    """Where the person starts, or the screen; a choice where there are several locations."""
    actor = current_actor()
    if g.tenant.erase_after:
        return _way_back(actor)
    if actor.screen is not None:
        return redirect(url_for("devices.start"))
    landings = [(place.name, landing(actor, place)) for place in locations()]
    links = [(name, address) for name, address in landings if address]
    if len(links) == 1:
        return redirect(links[0][1])
    return make_response(render_template("identity/home.html", links=links))


def come_in(proven: Proven, wanted: str | None) -> BaseResponse:
    """Go on after the right password: to the wanted page, or first to the second factor."""
    if proven.token is None:
        begin_half(proven.member_id, proven.mark, next_path(wanted) or "")
        return go_to(url_for("account.second_step"))
    return go_to(onward(wanted, enter(proven.token).actor))


def onward(wanted: str | None, actor: Actor) -> str:
    """The wanted page where the person may see it, else home."""
    path = next_path(wanted)
    if path and may_open(path.partition("?")[0], actor):
        return path
    return url_for("identity.home")


def _way_back(actor: Actor) -> BaseResponse:
    """Who may reopen a restaurant that is being closed is led to where it is done."""
    if not actor.may_everywhere(TENANT_MANAGE):
        raise Closed(g.tenant.name, g.tenant.erase_after)
    return redirect(url_for("privacy.privacy"))


def _login() -> Login:
    login = find_login_here()
    if login is None:
        raise RuntimeError("the gate let somebody through who is not signed in")
    return login


def _sign_in_form(wanted: str | None, error: DomainError | None = None) -> Response:
    page = render_template(
        "identity/sign_in.html",
        sentence=error.sentence if error else "",
        email=request.form.get("email", ""),
        next=next_path(wanted) or "",
        is_secure=cookie_name(request) is not None,
        is_overheard=is_overheard(request),
        has_passkeys=relying_party() is not None,
    )
    return shown(page, error)


def _device() -> PairedDevice:
    device = find_device_here()
    if device is None:
        raise RuntimeError("the gate let a browser through that is not paired")
    return device


def _tablet() -> PairedDevice:
    device = _device()
    if not device.is_tablet:
        raise Forbidden("no_tablet", "People sign in by PIN at tablets alone.")
    return device


def _unlocked() -> Response:
    """The page that lay under the sheet goes on, with the token of the new session."""
    response = make_response("", 204)
    response.headers["HX-Trigger"] = json.dumps({"nib-unlocked": {"token": generate_csrf()}})
    return response


def _pin_form(status: int, wanted: str | None, error: DomainError | None = None) -> Response:
    device = _device()
    context: dict[str, Any] = {
        "device": device,
        "people": tablet.people_at(device),
        "chosen": _uuid(request.form.get("member_id")),
        "was": _was(),
        "sentence": error.sentence if error else "",
        "next": next_path(wanted) or "",
        "is_sheet": wants_fragment(),
        "waits": isinstance(error, TooManyTries),
    }
    return fragment_or_page("identity/_pin.html", "identity/pin.html", status, **context)


def _was() -> UUID | None:
    """Who is at this tablet, or was when its page was locked."""
    login = find_login_here()
    return login.person.member_id if login else _uuid(request.values.get("was"))


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
