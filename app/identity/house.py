"""Identity in the application: sessions, the gate, and what each page knows of its reader."""

from typing import Any

from flask import Flask, g, url_for

from app.identity.current import find_actor, find_login_here, find_person, init_login
from app.identity.gate import init_gate, may_open, page_to_return_to


def init_identity(app: Flask) -> None:
    """Sign people in and out, and ask at every route."""
    init_login(app)
    init_gate(app)
    app.context_processor(_reader)


def _reader() -> dict[str, Any]:
    """Who looks, in which restaurant: for layouts, never for broadcast fragments."""
    tenant = g.get("tenant")
    if tenant is None:
        return {"tenant_name": "Nibblix"}
    return {
        "tenant_name": tenant.name,
        "home": url_for("identity.home"),
        "brand_css": url_for("identity.brand"),
        "person": find_person(),
        "may_follow": _may_follow,
        "switch_url": url_for("identity.pin_page", next=page_to_return_to()),
    }


def _may_follow(address: str) -> bool:
    """Whether the reader may open an address: pages leave out links that would be refused."""
    actor = find_actor()
    return actor is not None and may_open(address.partition("?")[0], actor)


def _person_here() -> str | None:
    actor = find_actor()
    return str(actor.member_id) if actor else None


def _device_here() -> str | None:
    login = find_login_here()
    return login.browser if login else None


# Whom core.limits counts by, besides addresses and restaurants.
SUBJECTS = {"person": _person_here, "device": _device_here}
