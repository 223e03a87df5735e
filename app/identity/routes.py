"""Sign-in, PIN switch, sign-out, and where each role starts."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import public, signed_in
from app.core.errors import DomainError, Invalid
from app.core.forms import read
from app.core.htmx import fragment_or_page, go_to, wants_fragment
from app.core.limits import limited
from app.identity import sign_in as proofs
from app.identity.actor import Actor
from app.identity.current import current_actor, enter, find_login_here, leave
from app.identity.errors import InsecureAddress, TooManyTries, WrongSecret
from app.identity.forms import PinForm, SignInForm
from app.identity.gate import may_open, next_path, page_of_fragment
from app.identity.permissions import KITCHEN_VIEW, ORDER_CREATE, REPORT_VIEW
from app.identity.queries import Login, colleagues
from app.identity.session import cookie_name
from app.tenancy.queries import LocationView, locations

identity = Blueprint("identity", __name__, url_prefix="/t/<tenant>")

# Where a person starts, by the first of these that the role holds.
LANDINGS = ((REPORT_VIEW, "dashboard"), (ORDER_CREATE, "floor"), (KITCHEN_VIEW, "kitchen"))
REFUSALS = (Invalid, WrongSecret, TooManyTries)
BRAND = ":root{--brand-h:335;--brand-c:.135}\n"


@identity.get("/sign-in")
@public
def sign_in_page() -> Response | BaseResponse:
    """The form; who is signed in already goes on."""
    if find_login_here():
        return redirect(_onward(request.args.get("next"), current_actor()))
    return _sign_in_form(200, request.args.get("next"))


@identity.post("/sign-in")
@public
@limited("sign_in")
def sign_in() -> Response | BaseResponse:
    """Take e-mail and password; a refused form comes back with one sentence."""
    if cookie_name(request) is None:
        raise InsecureAddress
    try:
        form = read(SignInForm, request.form)
        token = proofs.sign_in(form["email"], form["password"], _address(), find_login_here())
    except REFUSALS as error:
        return _refused(error, _sign_in_form(error.status, request.form.get("next"), error))
    return go_to(_onward(form["next"], enter(token).actor))


@identity.post("/sign-out")
@signed_in
def sign_out() -> BaseResponse:
    """End this browser's session."""
    proofs.sign_out(_login())
    leave()
    return go_to(url_for("identity.sign_in_page"))


@identity.get("/pin")
@signed_in
def pin_page() -> Response:
    """Who takes over: a sheet over the page, or a page of its own."""
    return _pin_form(200, page_of_fragment() or next_path(request.args.get("next")))


@identity.post("/pin")
@signed_in
@limited("pin")
def switch_by_pin() -> Response | BaseResponse:
    """Hand this browser to the member whose PIN it is."""
    try:
        form = read(PinForm, request.form)
        token = proofs.switch_by_pin(_login(), form["member_id"], form["pin"])
    except REFUSALS as error:
        return _refused(error, _pin_form(error.status, request.form.get("next"), error))
    return go_to(_onward(form["next"], enter(token).actor))


@identity.get("/")
@signed_in
def home() -> Response | BaseResponse:
    """Where the person starts; a choice where there are several locations."""
    actor = current_actor()
    places = [place for place in locations() if actor.is_at(place.id)]
    landing = _landing(actor)
    if len(places) == 1 and landing:
        return redirect(_at(places[0], landing))
    links = [(place.name, _at(place, landing)) for place in places] if landing else []
    return make_response(render_template("identity/home.html", links=links))


@identity.get("/brand.css")
@public
def brand() -> Response:
    """The restaurant's hue and chroma; lightness stays ours, so that text stays legible."""
    response = make_response(BRAND)
    response.mimetype = "text/css"
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def _onward(wanted: str | None, actor: Actor) -> str:
    """The wanted page where the person may see it, else home."""
    path = next_path(wanted)
    if path and may_open(path.partition("?")[0], actor):
        return path
    return url_for("identity.home")


def _landing(actor: Actor) -> str | None:
    return next((page for permission, page in LANDINGS if actor.may(permission)), None)


def _at(place: LocationView, page: str | None) -> str:
    return f"/t/{g.tenant.slug}/{place.slug}/{page}"


def _address() -> str:
    return request.remote_addr or ""


def _login() -> Login:
    login = find_login_here()
    if login is None:
        raise RuntimeError("the gate let somebody through who is not signed in")
    return login


def _sign_in_form(status: int, wanted: str | None, error: DomainError | None = None) -> Response:
    page = render_template(
        "identity/sign_in.html",
        sentence=error.sentence if error else "",
        email=request.form.get("email", ""),
        next=next_path(wanted) or "",
        is_secure=cookie_name(request) is not None,
    )
    return make_response(page, status)


def _pin_form(status: int, wanted: str | None, error: DomainError | None = None) -> Response:
    context: dict[str, Any] = {
        "people": colleagues(),
        "chosen": _uuid(request.form.get("member_id")),
        "sentence": error.sentence if error else "",
        "next": next_path(wanted) or "",
        "is_sheet": wants_fragment(),
        "waits": isinstance(error, TooManyTries),
    }
    return fragment_or_page("identity/_pin.html", "identity/pin.html", status, **context)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _refused(error: DomainError, response: Response) -> Response:
    """The form again, with its sentence."""
    if isinstance(error, TooManyTries):
        response.headers["Retry-After"] = str(error.wait_s)
    return response
