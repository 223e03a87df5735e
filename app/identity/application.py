"""Identity in the application: sessions, the gate, and what each page knows of its reader."""

from typing import Any

from flask import Flask, g, url_for

from app.identity.approval import init_approval
from app.identity.current import find_actor, find_device_here, find_person, init_login
from app.identity.domain import LOCKS_AFTER
from app.identity.gate import init_gate, may_open, page_to_return_to


def init_identity(app: Flask) -> None:
    """Sign people in and out, and ask at every route."""
    init_login(app)
    init_gate(app)
    init_approval(app)
    app.context_processor(_reader)


def _reader() -> dict[str, Any]:
    """Who looks, in which restaurant: for layouts, never for broadcast fragments."""
    tenant = g.get("tenant")
    if tenant is None:
        return {"tenant_name": "Nibblix"}
    return {
        "tenant_name": tenant.name,
        "home": url_for("identity.home"),
        "person": find_person(),
        "may_follow": _may_follow,
        **_at_device(),
    }


def _at_device() -> dict[str, Any]:
    """How the page is left to somebody else: by PIN at a tablet, by signing out elsewhere."""
    device, person = find_device_here(), find_person()
    if device and device.is_tablet and person:
        url = url_for("identity.pin_page", next=page_to_return_to(), was=person.member_id)
        return {"this_device": device, "switch_url": url, "locks_after_s": LOCKS_AFTER.seconds}
    return {"this_device": device, "switch_url": url_for("identity.menu")}


def _may_follow(address: str) -> bool:
    """Whether the reader may open an address: pages leave out links that would be refused."""
    actor = find_actor()
    return actor is not None and may_open(address.partition("?")[0], actor)


def _person_here() -> str | None:
    actor = find_actor()
    return str(actor.member_id) if actor else None


def _device_here() -> str | None:
    device = find_device_here()
    return str(device.id) if device else None


# Whom core.limits counts by, besides addresses and restaurants.
SUBJECTS = {"person": _person_here, "device": _device_here}
