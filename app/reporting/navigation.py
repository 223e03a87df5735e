"""The sections of the back office: each office page shows those that its reader may open."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_babel import lazy_gettext as _

from app.identity.actor import Actor
from app.identity.current import find_actor
from app.identity.gate import is_permitted
from app.identity.session import browser_session
from app.tenancy.queries import LocationView, known_locations

# The key of a session under which it keeps the location that a person worked at last.
LAST_PLACE = "place"
Entries = tuple[tuple[Any, str, str], ...]

# The restaurant's settings, which belong to no location.
SETTINGS = (
    (_("Staff"), "staff.people", "users"),
    (_("Roles"), "staff.roles", "key-round"),
    (_("Sign-in"), "account.policy", "lock-keyhole"),
    (_("Devices"), "devices.devices", "tablet"),
    (_("Locations"), "settings.locations", "store"),
    (_("Brand"), "brand.page", "palette"),
    (_("Web address"), "settings.domains", "globe"),
    (_("Programs"), "tokens.programs", "code"),
    (_("Audit trail"), "audit.trail", "scroll-text"),
    (_("Data protection"), "privacy.privacy", "shield-check"),
)

# Label, endpoint, icon; a section appears with its route.
SECTIONS = (
    (_("Today"), "reporting.dashboard", "layout-dashboard"),
    (_("Floor"), "ordering.floor", "armchair"),
    (_("Orders"), "ordering.orders", "clipboard-list"),
    (_("Kitchen"), "kitchen.stations", "chef-hat"),
    (_("Menu"), "menu.menu", "utensils"),
    (_("Stock"), "inventory.stock", "boxes"),
    (_("Reports"), "reporting.day", "chart-column"),
)


@dataclass(frozen=True, kw_only=True)
class Section:
    """One entry of the navigation."""

    label: Any
    href: str
    icon: str
    current: bool


def init_navigation(app: Flask) -> None:
    """Offer `nav` and `settings_nav` to the layouts."""
    app.context_processor(lambda: {"nav": _sections(), "settings_nav": _open_ones(SETTINGS)})


def _sections() -> Iterator[Section]:
    """Worked out only where a layout asks: most of what is rendered are fragments.

    Settings belong to no location; from there the sections lead to where the actor worked last.
    """
    actor = find_actor()
    if actor is None or g.get("tenant") is None:
        return
    place = find_place(actor)
    if place is not None:
        yield from _open_ones(SECTIONS, place)
    if first := next(_open_ones(SETTINGS), None):
        yield Section(
            label=_("Settings"),
            href=first.href,
            icon="settings",
            current=request.path.startswith(f"/t/{g.tenant.slug}/settings/"),
        )


def find_place(actor: Actor) -> LocationView | None:
    """The location at hand: the address's, the one last worked at, or the actor's first."""
    here: LocationView | None = g.get("location")
    if here is not None:
        return here
    own = [place for place in known_locations() if actor.is_at(place.id)]
    last = browser_session().get(LAST_PLACE)
    return next((place for place in own if str(place.id) == last), own[0] if own else None)


def section_here() -> str | None:
    """The endpoint of the section that the page at hand belongs to, or None."""
    return next((name for _label, name, _icon in SECTIONS if _is_current(url_for(name))), None)


def _open_ones(entries: Entries, place: LocationView | None = None) -> Iterator[Section]:
    person = find_actor()
    actor = person.at(place.id if place else None) if person else None
    for label, endpoint, icon in entries:
        if actor is not None and _may_open(endpoint, actor):
            href = url_for(endpoint, location=place.slug) if place else url_for(endpoint)
            yield Section(label=label, href=href, icon=icon, current=_is_current(href))


def _may_open(endpoint: str, actor: Actor) -> bool:
    view = current_app.view_functions.get(endpoint)
    return view is not None and is_permitted(view, actor)


def _is_current(href: str) -> bool:
    return request.path == href or request.path.startswith(f"{href}/")
