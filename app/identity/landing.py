"""Where a person starts at a location."""

from flask import g

from app.identity.actor import Actor
from app.identity.permissions import KITCHEN_VIEW, ORDER_CREATE, REPORT_VIEW
from app.tenancy.queries import LocationView

# The first of these whose permission the person has there.
LANDINGS = ((REPORT_VIEW, "dashboard"), (ORDER_CREATE, "floor"), (KITCHEN_VIEW, "kitchen"))


def landing(actor: Actor, place: LocationView) -> str | None:
    """The address where a person starts at a location; None where nothing there is his."""
    there = actor.at(place.id)
    page = next((page for permission, page in LANDINGS if there.may(permission)), None)
    return f"/t/{g.tenant.slug}/{place.slug}/{page}" if page and actor.is_at(place.id) else None
