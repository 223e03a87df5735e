"""The tax rates of a location: by what its next orders are taxed."""

from collections.abc import Iterable
from uuid import UUID

from app.core import audit, clock
from app.core.db import transaction
from app.core.model import Json
from app.core.stream import changed
from app.identity.actor import Actor
from app.identity.permissions import SETTINGS_EDIT
from app.menu.commands import NewTaxRate, set_tax_rates
from app.menu.queries import RateView, tax_classes
from app.settings.locations import get_place
from app.tenancy.commands import hold_location
from app.tenancy.queries import LocationView


def change_taxes(actor: Actor, location_id: UUID, rates: Iterable[NewTaxRate]) -> None:
    """Make these all the tax rates of a location, from the next line that is ordered on.

    What is ordered keeps the rates that it was ordered with. Needs settings.edit there. Raises
    NotFound for a location that is not the actor's.
    """
    with transaction():
        place = get_place(actor, location_id)
        hold_location(place.id)  # else two who save at once both begin theirs, and both are charged
        before = _told(place)
        set_tax_rates(place, rates)
        after = _told(place)
        if before != after:
            _note(actor, place, before, after)


def _told(place: LocationView) -> Json:
    """The rates as the audit trail keeps them: by class, in words."""
    return {
        f"tax on {one.name}": ", ".join(map(_in_words, one.rates))
        for one in tax_classes(place, clock.now())
    }


def _in_words(rate: RateView) -> str:
    only = f" ({rate.service_type})" if rate.service_type else ""
    return f"{rate.name} {rate.percent.normalize():f} %{only}"


def _note(actor: Actor, place: LocationView, before: Json, after: Json) -> None:
    """Leave an audit entry of what differs, and tell the location's screens."""
    audit.record(
        SETTINGS_EDIT,
        "location",
        place.id,
        actor_id=actor.member_id,
        location_id=place.id,
        before={name: was for name, was in before.items() if after.get(name) != was},
        after={name: now for name, now in after.items() if before.get(name) != now},
    )
    changed(place.id, "menu")
