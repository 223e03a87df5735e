"""The sections of the back office: each office page shows those that its reader may open."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_babel import lazy_gettext as _

from app.core.access import access_of
from app.identity.actor import Actor
from app.identity.current import find_actor

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
    """Offer `nav` to the layouts."""
    app.context_processor(lambda: {"nav": _sections()})


def _sections() -> Iterator[Section]:
    """Worked out only where a layout asks: most of what is rendered are fragments."""
    actor = find_actor()
    if g.get("location") is None or actor is None:
        return
    for label, endpoint, icon in SECTIONS:
        if _may_open(endpoint, actor):
            yield Section(
                label=label,
                href=url_for(endpoint),
                icon=icon,
                current=_is_current(url_for(endpoint)),
            )


def _may_open(endpoint: str, actor: Actor) -> bool:
    view = current_app.view_functions.get(endpoint)
    access = access_of(view) if view else None
    return access is not None and actor.may(access)


def _is_current(href: str) -> bool:
    return request.path == href or request.path.startswith(f"{href}/")
