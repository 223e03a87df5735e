"""The person behind the request, through flask-login."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, g, request
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf.csrf import generate_csrf

from app.core import idempotency
from app.core.db import transaction
from app.core.errors import Invalid
from app.core.model import Json
from app.identity.actor import Actor
from app.identity.queries import Login, SignedIn
from app.identity.session import Sessions, browser_session

LONGEST_KEY = 200
_NOT_CONTENT = ("csrf_token", "idem", "idempotency_key")

login_manager = LoginManager()
# The row is bound to one browser by its token; an address changes with the wireless network.
login_manager.session_protection = None


def init_login(app: Flask) -> None:
    """Give the application its sessions and flask-login its user loader."""
    app.session_interface = Sessions()
    # In place of init_app, whose remember-me hook would read the session for every stylesheet.
    app.__dict__["login_manager"] = login_manager


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _load(user_id: str) -> SignedIn | None:
    login = browser_session().login
    return login.person if login and login.person.get_id() == user_id else None


def find_login_here() -> Login | None:
    """The login session of this browser, or None."""
    return browser_session().login if find_person() else None


def find_person() -> SignedIn | None:
    """Who is signed in here, or None."""
    login = browser_session().login if current_user.is_authenticated else None
    return login.person if login else None


def find_actor() -> Actor | None:
    """The actor of this request, standing at the address's location; None for a visitor."""
    person = find_person()
    if person is None:
        return None
    location = g.get("location")
    return person.actor.at(location.id if location else None)


def current_actor() -> Actor:
    """The actor of this request; a view that asks for one is never public."""
    actor = find_actor()
    if actor is None:
        raise RuntimeError("a view for visitors asked who acts")
    return actor


def enter(token: str) -> SignedIn:
    """Go on as the person of a login that was just opened."""
    login = browser_session().start(token)
    g.pop("csrf_token", None)
    generate_csrf()  # now: two pages asked for at once would each make one and save the last
    login_user(login.person)
    return login.person


def leave() -> None:
    """Go on as a visitor."""
    logout_user()
    browser_session().end()


def once(command: Callable[[], Json]) -> Json:
    """Run a command once for each gesture, and give its result to each repeat of the request.

    The gesture's key is the header Idempotency-Key, or the form's `idem` where there is no
    script. Raises Invalid when a key comes back with another form, address or actor.
    """
    key = _key()
    if not key:
        with transaction():
            return command()
    actor = find_actor()
    route = f"{request.method} {request.path}"
    return idempotency.once(key, actor.member_id if actor else None, route, _body(), command)


def _key() -> str:
    form = request.form
    key = request.headers.get("Idempotency-Key") or form.get("idem") or form.get("idempotency_key")
    if key and len(key) > LONGEST_KEY:
        raise Invalid("idempotency_key", f"The key has at most {LONGEST_KEY} characters.")
    return key or ""


def _body() -> Mapping[str, Any]:
    if request.is_json:
        return {"json": request.get_json()}
    form = request.form.to_dict(flat=False)
    return {name: values for name, values in form.items() if name not in _NOT_CONTENT}
