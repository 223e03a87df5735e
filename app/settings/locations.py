"""Adding locations and changing them: what a restaurant with several places asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select

from app.core import audit
from app.core.db import execute, transaction
from app.core.errors import Invalid, NotFound
from app.core.model import Json
from app.core.tenant import current_tenant_id
from app.floor.copying import copy_tables
from app.identity.actor import Actor
from app.identity.permissions import SETTINGS_EDIT
from app.menu import commands as menu
from app.ordering.models import Order
from app.tenancy.commands import NewLocation, change_location, hold_location, open_location
from app.tenancy.queries import LocationView, get_location_by_id, locations

# What orders have been counted by stays as it is.
FIXED_BY_ORDERS = {
    "currency": "The currency is fixed: there are orders in it.",
    "tax_inclusive": "How prices hold tax is fixed: there are orders.",
    "time_zone": "The time zone is fixed: there are orders.",
}


@dataclass(frozen=True, kw_only=True)
class SetUp:
    """What a new location starts with.

    With a location to copy from, its stations and taxes, and what else is wanted of it. Without
    one, the stations that the menu names, and a rate in per cent for each tax class by name.
    """

    copy_from: UUID | None = None
    tables: bool = False
    overrides: bool = False
    tax_name: str = ""
    percents: Mapping[str, Decimal] = field(default_factory=dict)


def places_for_new(actor: Actor) -> list[LocationView]:
    """What a new location can be like; raises Forbidden for who works at some places only.

    The new one would be none of his.
    """
    actor.require_everywhere(SETTINGS_EDIT)
    return locations()


def get_place(actor: Actor, location_id: UUID) -> LocationView:
    """One that the actor may set up: needs settings.edit there.

    Raises NotFound for another's as for none.
    """
    place = get_location_by_id(location_id)
    if not actor.is_at(place.id):
        raise NotFound("no_location", "There is no such location.")
    actor.at(place.id).require(SETTINGS_EDIT)
    return place


def add_location(actor: Actor, new: NewLocation, setup: SetUp) -> UUID:
    """Open a location with its register, stations and taxes; returns its id.

    Needs settings.edit, from somebody who works everywhere: others would not see it. Raises
    Invalid for a slug that cannot be one and for a currency that is not the menu's, NotFound for
    a location to copy that is not there.
    """
    with transaction():
        actor.require_everywhere(SETTINGS_EDIT)
        source = get_place(actor, setup.copy_from) if setup.copy_from else None
        location_id = open_location(new)
        target = get_location_by_id(location_id)
        if source is None:
            menu.make_named_stations(target)
            menu.begin_tax_rates(target, setup.tax_name, setup.percents)
        else:
            _copy(source, target, setup)
        _note(actor, location_id, None, _plain(vars(new)))
    return location_id


def edit_location(actor: Actor, location_id: UUID, values: Mapping[str, Any]) -> None:
    """Change what a location says of itself; what is None stays. Needs settings.edit there.

    A new cut-off counts from the next business day on. Raises NotFound for a location that is not
    the actor's, Invalid for what its orders have fixed.
    """
    with transaction():
        place = get_place(actor, location_id)
        wanted = {
            name: value
            for name, value in values.items()
            if value is not None and value != getattr(place, name)
        }
        if not wanted:
            return
        _require_free(location_id, wanted)
        change_location(location_id, wanted)
        before = {name: getattr(place, name) for name in wanted}
        _note(actor, location_id, _plain(before), _plain(wanted))


def has_orders(location_id: UUID) -> bool:
    """Whether anything was ever ordered at a location."""
    return bool(
        execute(
            select(
                exists().where(
                    Order.tenant_id == current_tenant_id(), Order.location_id == location_id
                )
            )
        ).scalar_one()
    )


def _copy(source: LocationView, target: LocationView, setup: SetUp) -> None:
    menu.copy_stations(source, target)
    menu.copy_tax_rates(source, target)
    if setup.tables:
        copy_tables(source, target)
    if setup.overrides:
        menu.copy_overrides(source, target)


def _require_free(location_id: UUID, wanted: Mapping[str, Any]) -> None:
    fixed = {name: [FIXED_BY_ORDERS[name]] for name in wanted if name in FIXED_BY_ORDERS}
    if not fixed:
        return
    hold_location(location_id)  # else an order that is just being placed keeps what was before
    if has_orders(location_id):
        raise Invalid("fixed", " ".join(sentences[0] for sentences in fixed.values()), fixed)


def _note(actor: Actor, location_id: UUID, before: Json | None, after: Json) -> None:
    audit.record(
        SETTINGS_EDIT,
        "location",
        location_id,
        actor_id=actor.member_id,
        location_id=location_id,
        before=before,
        after=after,
    )


def _plain(values: Mapping[str, Any]) -> Json:
    """Values as the audit trail keeps them."""
    return {
        name: value.isoformat("minutes") if isinstance(value, time) else value
        for name, value in values.items()
    }
