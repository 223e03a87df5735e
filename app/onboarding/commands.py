"""Opening a restaurant: by e-mail, then step by step; each step stands by itself."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask_babel import gettext as _

from app.core import audit, clock
from app.core.db import transaction
from app.core.errors import Conflict
from app.core.ids import new_id
from app.core.mail import link_to, send_later
from app.core.tenant import current_tenant_id, tenant_scope
from app.floor.importing import import_floor
from app.identity import links
from app.identity.actor import Actor
from app.identity.commands import NewMember, add_member, make_given_roles
from app.identity.permissions import ALL, SETTINGS_EDIT, TENANT_MANAGE
from app.identity.staff.people import Work, add
from app.identity.staff.queries import get_role_named
from app.menu.commands.setup import NewStation, NewTaxRate, set_stations, set_tax_rates
from app.menu.importing import import_menu
from app.onboarding.domain import NEEDED, Step, grid_of_tables
from app.onboarding.sample_data import forget_sample
from app.tenancy.commands import (
    NewLocation,
    hold_locations,
    move_tenant,
    open_location,
    open_tenant,
    rename_tenant,
    save_profile,
)
from app.tenancy.queries import LocationView, get_location_by_id, get_profile, locations

LINK_LASTS = timedelta(hours=24)
UNNAMED = "New restaurant"


@dataclass(frozen=True, kw_only=True)
class Founder:
    """Who opens the restaurant; no password where the e-mail has an account already."""

    name: str
    restaurant: str
    password: str | None


@dataclass(frozen=True, kw_only=True)
class FirstLocation:
    """The location that a restaurant opens with, its stations by name, and its taxes."""

    location: NewLocation
    stations: tuple[str, ...]
    taxes: tuple[NewTaxRate, ...]


def sign_up(email: str) -> None:
    """Begin a restaurant and mail its address to whoever wants to open it.

    The same is done for every e-mail: whether it has an account is told to its reader alone.
    """
    tenant_id, slug = new_id(), f"new-{secrets.token_hex(6)}"
    with tenant_scope(tenant_id), transaction():
        open_tenant(slug, UNNAMED, tenant_id)
        save_profile(setup={"begun": clock.now().isoformat()})
        token = links.make_link("confirm", email, lasts=LINK_LASTS)
        address = link_to(f"/t/{slug}/setup/confirm?token={token}")
        send_later(
            email,
            _("Open your restaurant on Nibblix"),
            _(
                "Somebody, probably you, wants to open a restaurant on Nibblix.\n\n"
                "Go on here within a day:\n%(address)s\n\n"
                "If it was not you, leave it at that: without this link nothing happens.\n",
                address=address,
            ),
        )


def found_restaurant(token: str, founder: Founder) -> UUID:
    """Follow the mailed link: the restaurant gets its name, its roles and its owner.

    Returns the owner's member id. Raises LinkOver, and Invalid for a password that will not do.
    """
    owner = Actor(new_id(), ALL)
    with transaction():
        link = links.use("confirm", token)
        rename_tenant(founder.restaurant)
        make_given_roles(owner)
        new = NewMember(
            name=founder.name,
            role="owner",
            email=link.email,
            password=founder.password,
            restaurant=founder.restaurant,
        )
        add_member(owner, new, member_id=owner.member_id)
    return owner.member_id


def name_restaurant(actor: Actor, name: str, slug: str, country: str) -> None:
    """Say what the restaurant is called, where its pages stand, and in which country it is.

    Raises Invalid for a short name that cannot be one or is taken.
    """
    with transaction():
        actor.require_everywhere(TENANT_MANAGE)
        rename_tenant(name)
        move_tenant(slug)
        save_profile(country=country)
        audit.record(
            TENANT_MANAGE,
            "tenant",
            current_tenant_id(),
            actor_id=actor.member_id,
            after={"slug": slug, "country": country},
        )


def open_first_location(actor: Actor, first: FirstLocation) -> LocationView:
    """Open the first location with its stations and taxes; further ones come by the settings."""
    new = first.location
    with transaction():
        actor.require_everywhere(SETTINGS_EDIT)
        hold_locations()
        if locations():
            raise Conflict("location", "There is a location already. Add others in the settings.")
        location_id = open_location(new)
        location = get_location_by_id(location_id)
        set_stations(location, [NewStation(name) for name in first.stations])
        set_tax_rates(location, first.taxes)
        audit.record(
            SETTINGS_EDIT,
            "location",
            location_id,
            actor_id=actor.member_id,
            location_id=location_id,
            after={"slug": new.slug, "currency": new.currency, "time_zone": new.time_zone},
        )
    return location


def take_menu(actor: Actor, location: LocationView, lines: Iterable[str]) -> None:
    """Make a file the menu; raises FileRefused with every error."""
    with transaction():
        import_menu(location, lines, actor)
        forget_sample()


def set_tables(actor: Actor, location: LocationView, count: int, seats: int) -> None:
    """Draw a room of equal tables, to be moved about later."""
    import_floor(location, grid_of_tables(count, seats), actor)


def hire(actor: Actor, name: str, role: str, pin: str) -> UUID:
    """Let somebody work everywhere in a given role, who signs in by PIN; raises as `add` does."""
    with transaction():
        return add(actor, Work(name=name, role_id=get_role_named(role).id), pin=pin)


def leave_out(actor: Actor, step: Step) -> None:
    """Do without a step; it may still be done later. Raises Conflict for one that is needed."""
    with transaction():
        actor.require_everywhere(TENANT_MANAGE)
        if step in NEEDED:
            raise Conflict("needed", "Nothing can be sold without this step.")
        setup = get_profile().setup
        left_out = sorted({*setup.get("left_out", ()), step.value})
        save_profile(setup={**setup, "left_out": left_out})
