"""The gate before every view: what the route asks for is what the caller must have.

Order of answers: a post from a foreign site 403, an undeclared view a bug, an unknown restaurant
404, nobody signed in to the sign-in page, another's location 404, a lacking permission 403.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, g, make_response, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app.core.access import PUBLIC, SIGNED_IN, access_of, public
from app.core.errors import Forbidden, NotFound
from app.core.htmx import wants_fragment
from app.core.web import FOREIGN, sent_from
from app.identity.actor import Actor
from app.identity.current import find_actor

_SAFE = ("GET", "HEAD", "OPTIONS")


def init_gate(app: Flask) -> None:
    """Put the gate before every view. Flask's own view of static files is for everybody."""
    public(app.view_functions["static"])
    app.before_request(check)


def check() -> Response | None:
    """Let the request through (None), or answer in place of the view."""
    if request.method not in _SAFE and sent_from() == FOREIGN:
        raise Forbidden("foreign_site", "This was sent from another site.")
    if request.endpoint is None:
        return None  # no such address: Flask says so
    access = _access(current_app.view_functions[request.endpoint])
    _require_tenant()
    if access == PUBLIC:
        return None
    actor = find_actor()
    if actor is None:
        return _ask_to_sign_in()
    _require_location(actor)
    if access != SIGNED_IN:
        actor.require(access)
    return None


def may_open(path: str, actor: Actor) -> bool:
    """Whether a path of this tenant leads an actor to a page rather than to a refusal."""
    try:
        endpoint, _values = current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    access = access_of(current_app.view_functions[endpoint])
    return access in (PUBLIC, SIGNED_IN) or (access is not None and actor.may(access))


def next_path(given: str | None) -> str | None:
    """A path that somebody wants to go on to, where it lies inside this tenant; else None.

    Takes a whole address too (htmx tells the page's); its host is left out of what comes back.
    """
    if not given or any(char.isspace() or not char.isprintable() or char == "\\" for char in given):
        return None
    parts = urlsplit(given)
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
    return next_path(request.full_path.rstrip("?")) if request.method in _SAFE else None


def _home() -> str:
    return f"/t/{g.tenant.slug}/"


def _access(view: Callable[..., Any]) -> str:
    access = access_of(view)
    if access is None:
        raise RuntimeError(f"{request.endpoint} does not say who may call it")
    return access


def _require_tenant() -> None:
    asked = request.url_rule is not None and "tenant" in request.url_rule.arguments
    if asked and g.tenant is None:
        raise NotFound("no_tenant", "There is no restaurant at this address.")


def _require_location(actor: Actor) -> None:
    location = g.get("location")
    if location is not None and not actor.is_at(location.id):
        raise NotFound("no_location", "There is no such location.")


def _ask_to_sign_in() -> Response:
    if g.tenant is None:
        raise NotFound("not_found", "There is nothing at this address.")
    if wants_fragment():
        return _refuse(url_for("identity.sign_in_page", next=page_of_fragment()))
    if request.headers.get("Upgrade", "").lower() == "websocket":
        return _refuse(None)
    wanted = request.full_path.rstrip("?") if request.method in _SAFE else None
    return redirect(url_for("identity.sign_in_page", next=next_path(wanted)))


def _refuse(url: str | None) -> Response:
    response = make_response("", 401)
    if url:
        response.headers["HX-Redirect"] = url
    return response
