"""The sections of the back office: each office page shows those that its reader may open."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_babel import lazy_gettext as _

from app.core.access import access_of
from app.identity.actor import Actor
from app.identity.current import find_actor
from app.tenancy.queries import locations

Entries = tuple[tuple[Any, str, str], ...]

# The restaurant's settings, which belong to no location.
SETTINGS = (
    (_("Staff"), "staff.people", "users"),
    (_("Roles"), "staff.roles", "key-round"),
    (_("Devices"), "devices.devices", "tablet"),
    (_("Locations"), "settings.locations", "store"),
    (_("Brand"), "settings.brand", "palette"),
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

    Settings belong to no location; from there the sections lead to the actor's first one.
    """
    actor = find_actor()
    if actor is None or g.get("tenant") is None:
        return
    place = g.get("location") or next((it for it in locations() if actor.is_at(it.id)), None)
    if place is not None:
        yield from _open_ones(SECTIONS, location=place.slug)
    if first := next(_open_ones(SETTINGS), None):
        yield Section(
            label=_("Settings"), href=first.href, icon="settings", current=g.get("location") is None
        )


def _open_ones(entries: Entries, **place: Any) -> Iterator[Section]:
    actor = find_actor()
    for label, endpoint, icon in entries:
        if actor is not None and _may_open(endpoint, actor):
            href = url_for(endpoint, **place)
            yield Section(label=label, href=href, icon=icon, current=_is_current(href))


def _may_open(endpoint: str, actor: Actor) -> bool:
    view = current_app.view_functions.get(endpoint)
    access = access_of(view) if view else None
    return access is not None and actor.may(access)


def _is_current(href: str) -> bool:
    return request.path == href or request.path.startswith(f"{href}/")
