"""The person behind the request, through flask-login, and the device."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import Flask, g, request
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf.csrf import generate_csrf

from app.core import idempotency
from app.core.access import bearer_token
from app.core.db import transaction
from app.core.errors import Invalid
from app.core.model import Json
from app.core.web import OF_THE_GESTURE, sent_key
from app.identity.account.where import browser_in_words, shortened
from app.identity.actor import Actor
from app.identity.queries import Login, PairedDevice, SignedIn
from app.identity.session import Sessions, browser_session
from app.identity.tokens.bearer import actor_of_token

LONGEST_KEY = 200
# Proofs of who asks, and who approves, are no part of what is sent; a PIN least of all.
PROOFS = ("proof_password", "proof_code", "proof_passkey", "proof_pin")
NOT_CONTENT = (
    *OF_THE_GESTURE,
    "approver_id",
    "approver_pin",
    "approval_reason",
    "approval_for",
    "approval_seal",
    *PROOFS,
)

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
    """Who is signed in here, or None; an access token leaves the browser's session aside."""
    if bearer_token() is not None:
        return None
    login = browser_session().login if current_user.is_authenticated else None
    return login.person if login else None


def find_device_here() -> PairedDevice | None:
    """The paired device that this browser is, or None."""
    return browser_session().device


def note_device() -> PairedDevice | None:
    """The paired device that this browser is, from now on named in this request's audit entries."""
    device = find_device_here()
    g.device_id = device.id if device else None
    return device


def find_actor() -> Actor | None:
    """The actor of this request, standing at the address's location: a person, a program that acts
    for one, or a screen that needs none; None for a visitor. Raises NotProven for a bad token.
    """
    location = g.get("location")
    here = location.id if location else None
    if bearer_token() is not None:
        return actor_of_token().at(here)
    person = find_person()
    if person:
        return _with_approval(person.actor.at(here))
    device = find_device_here()
    return device.actor if device else None


def _with_approval(actor: Actor) -> Actor:
    """The actor with what somebody has approved for this request alone."""
    approval = g.get("approval")
    if approval is None:
        return actor
    return replace(actor, permissions=actor.permissions | {approval.permission})


def current_actor() -> Actor:
    """The actor of this request; a view that asks for one is never public."""
    actor = find_actor()
    if actor is None:
        raise RuntimeError("a view for visitors asked who acts")
    return actor


def enter(token: str) -> SignedIn:
    """Go on as the person of a login that was just opened."""
    browser = browser_session()
    login = browser.start(token)
    browser["agent"] = browser_in_words(request.user_agent.string)
    browser["address"] = shortened(request.remote_addr or "")
    g.pop("csrf_token", None)
    generate_csrf()  # now: two pages asked for at once would each make one and save the last
    login_user(login.person)
    return login.person


def become(device_token: str) -> PairedDevice:
    """Go on as a device that was just paired, and as nobody."""
    logout_user()
    return browser_session().become(device_token)


def leave() -> None:
    """Go on as a visitor."""
    logout_user()
    browser_session().end()


def link_token() -> str:
    """The token of the mailed link that this request follows.

    It stands in the query, of pages and of what their forms send to: paths are logged, and a field
    of that name is asked for again when a form comes too late.
    """
    return request.args.get("token", "")


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
    key = sent_key()
    if len(key) > LONGEST_KEY:
        raise Invalid("idempotency_key", f"The key has at most {LONGEST_KEY} characters.")
    return key


def _body() -> Mapping[str, Any]:
    return {"json": request.get_json()} if request.is_json else sent_form()


def sent_form() -> dict[str, list[str]]:
    """What a form says about the act itself: each name with its values."""
    form = request.form.to_dict(flat=False)
    return {name: values for name, values in form.items() if name not in NOT_CONTENT}
