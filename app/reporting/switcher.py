"""The other locations of a person who works at several: the way from each page to theirs."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask, Response, g, request, url_for

from app.core.htmx import wants_fragment
from app.identity.actor import Actor
from app.identity.current import find_actor, find_person
from app.identity.gate import may_open
from app.identity.landing import landing
from app.identity.session import browser_session
from app.reporting.navigation import LAST_PLACE, find_place, section_here
from app.tenancy.queries import LocationView, known_locations
from app.tenancy.routing import STAFF_PREFIX

_OF_PLACE = {"tenant", "location"}


@dataclass(frozen=True, kw_only=True)
class OtherPlace:
    """One entry of the switcher."""

    name: str
    href: str
    current: bool


def init_switcher(app: Flask) -> None:
    """Offer `other_places` to the layouts, and keep in mind where a person worked last."""
    app.context_processor(lambda: {"other_places": _places})
    app.after_request(_remember)


def _places() -> tuple[OtherPlace, ...]:
    """Worked out when a layout asks, once a request; nothing for who works at one location."""
    if "places" not in g:
        actor = find_actor() if g.get("tenant") else None
        g.places = tuple(_places_of(actor)) if actor else ()
    found: tuple[OtherPlace, ...] = g.places
    return found


def _places_of(actor: Actor) -> Iterator[OtherPlace]:
    own = [place for place in known_locations() if actor.is_at(place.id)]
    if len(own) < 2:
        return
    here = find_place(actor)
    for place in own:
        href = _way_to(place, actor)
        if href:
            yield OtherPlace(name=place.name, href=href, current=place.id == (here and here.id))


def _way_to(place: LocationView, actor: Actor) -> str | None:
    """The same page there, else its section, else where the person starts; None: nothing."""
    wanted = [path for path in _same(place) if may_open(path, actor)]
    return wanted[0] if wanted else landing(actor, place)


def _same(place: LocationView) -> Iterator[str]:
    """A page about one thing of this location has none like it at the other: its section has."""
    rule = request.url_rule
    if g.get("location") is None or rule is None or request.endpoint is None:
        return
    if "GET" in (rule.methods or ()) and set(rule.arguments) <= _OF_PLACE:
        yield url_for(request.endpoint, location=place.slug)
    if section := section_here():
        yield url_for(section, location=place.slug)


def _remember(response: Response) -> Response:
    """Keep the location of a page that was shown, for the settings, which belong to none."""
    rule, location = request.url_rule, g.get("location")
    if rule is None or location is None or not rule.rule.startswith(STAFF_PREFIX):
        return response
    is_page = response.status_code == 200 and response.mimetype == "text/html"
    if is_page and not wants_fragment() and find_person():
        session = browser_session()
        if session.get(LAST_PLACE) != str(location.id):
            session[LAST_PLACE] = str(location.id)
    return response
