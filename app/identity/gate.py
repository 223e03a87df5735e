"""The gate before every view: what the route asks for is what the caller must have.

Order of answers: a post from a foreign site 403, an undeclared view a bug, an unknown restaurant
404, one that is being closed 410, nobody signed in to the sign-in page (at a tablet to the PIN, a
program 401), another's location 404, a lacking permission 403. A screen without a person reaches
what is marked for it and nothing else.
"""

from collections.abc import Callable
from typing import Any, NoReturn
from urllib.parse import urlsplit

from flask import Flask, current_app, g, make_response, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app.core import clock, security
from app.core.access import (
    PAIRED,
    PUBLIC,
    SIGNED_IN,
    access_of,
    asks_for_proof,
    find_view,
    is_for_everywhere,
    is_for_programs,
    is_for_somewhere,
    leads_to_asking,
    needs_own_browser,
    public,
    screens_of,
)
from app.core.errors import Forbidden, NotFound
from app.core.htmx import wants_fragment
from app.core.web import FOREIGN, SAFE_METHODS, sent_from
from app.identity.account.proving import ask_for_proof, lead_to_factor
from app.identity.actor import Actor
from app.identity.approval import take_approval
from app.identity.current import current_actor, find_actor, find_login_here, note_device
from app.identity.errors import Closed, SharedTablet
from app.identity.permissions import PERMISSIONS
from app.identity.queries import PairedDevice
from app.identity.tokens.errors import NotProven
from app.tenancy.queries import find_known_location

View = Callable[..., Any]
LOCKED = "nib-locked"  # what a page of a tablet hears when it asks while nobody is at work
OPEN_WHILE_CLOSING = ("identity", "account", "privacy")


def init_gate(app: Flask) -> None:
    """Put the gate before every view. Flask's own view of static files is for everybody."""
    public(app.view_functions["static"])
    app.before_request(check)


def check() -> Response | None:
    """Let the request through (None), or answer in place of the view."""
    if request.method not in SAFE_METHODS and sent_from() == FOREIGN:
        _refuse_foreign()
    if request.endpoint is None:
        return None  # no such address: Flask says so
    view = current_app.view_functions[request.endpoint]
    access = _access(view)
    _require_tenant()
    _require_open()
    return None if access == PUBLIC else _check_caller(view, access)


def _check_caller(view: View, access: str) -> Response | None:
    actor, device = find_actor(), note_device()
    if access == PAIRED and device is not None:
        return None
    if actor is None:
        return _ask_who(device)
    if access == PAIRED:
        raise Forbidden("unpaired", "This browser is not paired.")
    _require_location(actor)
    login = find_login_here()
    if login is not None and login.device is not None and needs_own_browser(view):
        raise SharedTablet
    if login is not None and request.method not in SAFE_METHODS:
        refused = take_approval(login)
        if refused is not None:
            return refused
        actor = current_actor()
    _require_access(view, access, actor)
    return lead_to_factor() or (ask_for_proof() if _needs_proof(view, access) else None)


def _needs_proof(view: View, access: str) -> bool:
    """Whether an old proof will not do; the PIN of who has just approved the act is a fresh one."""
    approval = g.get("approval")
    return asks_for_proof(view) and (approval is None or approval.permission != access)


def _require_access(view: View, access: str, actor: Actor) -> None:
    if actor.screen is not None and actor.screen.kind not in screens_of(view):
        raise Forbidden("screen", "This screen shows its board and nothing else.")
    if access == SIGNED_IN:
        return
    if not is_permitted(view, actor) and not actor.can_ask:
        _note_denied(actor, access)
    if leads_to_asking(view):
        actor.require_or_ask(access)
    elif is_for_everywhere(view):
        actor.require_everywhere(access)
    elif is_for_somewhere(view):
        actor.require_somewhere(access)
    else:
        actor.require(access)


def may_open(path: str, actor: Actor) -> bool:
    """Whether a path of this tenant leads an actor to a page rather than to a refusal."""
    try:
        endpoint, values = current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    view, there = current_app.view_functions[endpoint], _standing_at(values.get("location"), actor)
    if there is None or (there.screen is not None and there.screen.kind not in screens_of(view)):
        return False
    return access_of(view) in (PUBLIC, SIGNED_IN) or is_permitted(view, there)


def is_permitted(view: View, actor: Actor) -> bool:
    """Whether an actor has the permission that a view asks for, where the view asks for it."""
    access = access_of(view)
    if access not in PERMISSIONS:
        return False
    if is_for_everywhere(view):
        return actor.may_everywhere(access)
    return actor.may_somewhere(access) if is_for_somewhere(view) else actor.may(access)


def _standing_at(slug: str | None, actor: Actor) -> Actor | None:
    """The actor at a location of this tenant, or at none; None where he does not work."""
    if slug is None:
        return actor.at(None)
    here = g.get("location")
    place = here if here and here.slug == slug else find_known_location(slug)
    return actor.at(place.id) if place and actor.is_at(place.id) else None


def next_path(given: str | None) -> str | None:
    """A path that somebody wants to go on to, where it lies inside this tenant; else None.

    Takes a whole address too (htmx tells the page's); its host is left out of what comes back.
    """
    if not given or any(char.isspace() or not char.isprintable() or char == "\\" for char in given):
        return None
    try:
        parts = urlsplit(given)
    except ValueError:
        return None
    if parts.netloc not in ("", request.host) or not parts.path.startswith(_home()):
        return None
    if ".." in parts.path or "//" in parts.path:
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")


def page_of_fragment() -> str | None:
    """The path of the page that htmx asks from, inside this tenant."""
    return next_path(request.headers.get("HX-Current-URL"))


def page_to_return_to() -> str | None:
    """The path of the page that is being shown, for a link to come back by."""
    return next_path(request.full_path.rstrip("?")) if request.method in SAFE_METHODS else None


def _home() -> str:
    return f"/t/{g.tenant.slug}/"


def _access(view: View) -> str:
    access = access_of(view)
    if access is None:
        raise RuntimeError(f"{request.endpoint} does not say who may call it")
    return access


def _refuse_foreign() -> NoReturn:
    if g.tenant is not None:
        security.note(security.FOREIGN_SITE, "tenant", g.tenant.id)
    raise Forbidden("foreign_site", "This was sent from another site.")


def _note_denied(actor: Actor, permission: str) -> None:
    location, actor_id = g.get("location"), actor.member_id
    security.note(
        security.DENIED,
        "member" if actor.screen is None else "device",
        actor_id,
        what=permission,
        actor_id=actor_id,
        location_id=location.id if location else None,
    )


def _require_tenant() -> None:
    asked = request.url_rule is not None and "tenant" in request.url_rule.arguments
    if asked and g.tenant is None:
        raise NotFound("no_tenant", "There is no restaurant at this address.")


def _require_open() -> None:
    """A restaurant that is being closed lets people in to take that back, and to nothing else."""
    until = g.tenant.erase_after if g.tenant else None
    if until and (until <= clock.now() or request.blueprint not in OPEN_WHILE_CLOSING):
        raise Closed(g.tenant.name, until)


def _require_location(actor: Actor) -> None:
    location = g.get("location")
    if location is not None and not actor.is_at(location.id):
        g.pop("location")  # its language and clock would tell it from none
        raise NotFound("no_location", "There is no such location.")


def _ask_who(device: PairedDevice | None) -> Response:
    """Nobody is signed in: to the PIN at a tablet, elsewhere to the sign-in page."""
    if g.tenant is None:
        raise NotFound("not_found", "There is nothing at this address.")
    if is_for_programs(find_view()):
        raise NotProven(was_given=False)
    if request.headers.get("Upgrade", "").lower() == "websocket":
        return make_response("", 401)
    if wants_fragment():
        return _ask_page(device)
    wanted = request.full_path.rstrip("?") if request.method in SAFE_METHODS else None
    return redirect(url_for(_door(device), next=next_path(wanted)))


def _ask_page(device: PairedDevice | None) -> Response:
    """Tell the page that a fragment was for: a tablet's stays, for its person comes back."""
    response = make_response("", 401)
    if device is not None:
        response.headers["HX-Trigger"] = LOCKED
    else:
        response.headers["HX-Redirect"] = url_for(_door(device), next=page_of_fragment())
    return response


def _door(device: PairedDevice | None) -> str:
    return "identity.pin_page" if device else "identity.sign_in_page"
