"""The restaurant's locations: list, add, change."""

from collections.abc import Sequence
from uuid import UUID

from flask import Response, g, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core import clock
from app.core.access import requires
from app.core.errors import Invalid
from app.core.forms import read
from app.core.htmx import fragment_or_page, go_to
from app.core.locale import locale
from app.identity.current import current_actor, once
from app.identity.permissions import SETTINGS_EDIT
from app.identity.places import places_of
from app.menu.queries import tax_classes
from app.settings import location_forms as forms
from app.settings import locations
from app.settings.routes.blueprint import settings
from app.tenancy import countries
from app.tenancy.countries import Country
from app.tenancy.queries import LocationView, get_profile

ANYWHERE = "GB"  # where nothing tells the country


@settings.get("/locations", endpoint="locations")
@requires(SETTINGS_EDIT, somewhere=True)
def list_page() -> str:
    """Those that the reader may set up."""
    actor = current_actor()
    return render_template(
        "settings/locations.html",
        places=places_of(actor, SETTINGS_EDIT),
        may_add=actor.may_everywhere(SETTINGS_EDIT),
    )


@settings.get("/locations/new", endpoint="new_location")
@requires(SETTINGS_EDIT, everywhere=True)
def new_page() -> Response:
    """What the country asked for proposes; htmx asks again for each."""
    return _new_form(200, None)


@settings.post("/locations")
@requires(SETTINGS_EDIT, everywhere=True)
def add_location() -> Response | BaseResponse:
    """Open a location; a refused form comes back with its sentences."""
    try:
        once(lambda: {"id": str(_add())})
    except Invalid as error:
        return _new_form(error.status, error)
    return go_to(url_for("settings.locations"))


@settings.get("/locations/<uuid:location_id>", endpoint="location")
@requires(SETTINGS_EDIT, somewhere=True)
def location_page(location_id: UUID) -> Response:
    """One location as it is."""
    return _edit_form(locations.get_place(current_actor(), location_id), 200, None)


@settings.post("/locations/<uuid:location_id>")
@requires(SETTINGS_EDIT, somewhere=True)
def change_location(location_id: UUID) -> Response | BaseResponse:
    """Change what was sent; a refused form comes back with its sentences."""
    actor = current_actor()
    place = locations.get_place(actor, location_id)
    try:
        form = read(forms.LocationForm, request.form, optional=forms.FIXED)
        locations.edit_location(actor, location_id, form)
    except Invalid as error:
        return _edit_form(place, error.status, error)
    return go_to(url_for("settings.locations"))


def _add() -> UUID:
    form = read(forms.NewLocationForm, request.form)
    setup = forms.setup_of(form, request.form, tax_classes(None, clock.now()))
    return locations.add_location(current_actor(), forms.location_of(form), setup)


def _new_form(status: int, error: Invalid | None) -> Response:
    places = locations.places_for_new(current_actor())
    country = _country(places)
    classes = tax_classes(None, clock.now())
    values = forms.proposal(country, places[0].currency if places else None, classes)
    return fragment_or_page(
        "settings/_new_location.html",
        "settings/new_location.html",
        status,
        values=values | _typed(),
        country=country.code,
        countries=countries.country_names(locale()),
        source=_source(places),
        sources=[(str(place.id), place.name) for place in places],
        tax_classes=classes,
        locales=forms.locale_choices(country.locales),
        time_zones=forms.zone_choices(country.time_zones),
        errors=error.fields if error else {},
        sentence=error.sentence if error else "",
    )


def _typed() -> dict[str, str]:
    """What was sent, to stand in its fields again; no page can hold a NUL."""
    return {name: value.replace("\0", "") for name, value in request.values.items()}


def _country(places: Sequence[LocationView]) -> Country:
    """The one asked for, the restaurant's, or that of its first location's clock."""
    named = [request.values.get("country"), get_profile().country]
    named += [countries.country_of_zone(place.time_zone) for place in places[:1]]
    found = (countries.find_country(code or "", clock.now().date()) for code in [*named, ANYWHERE])
    return next(country for country in found if country is not None)


def _source(places: Sequence[LocationView]) -> str:
    """The location to copy from: the one asked for, else the first; "" for none."""
    first = str(places[0].id) if places else ""
    asked = request.values.get("copy_from", first)
    return asked if asked in {str(place.id) for place in places} else ""


def _edit_form(place: LocationView, status: int, error: Invalid | None) -> Response:
    country = countries.find_country(
        countries.country_of_zone(place.time_zone) or ANYWHERE, clock.now().date()
    )
    known = country.locales if country else ()
    zones = country.time_zones if country else ()
    page = render_template(
        "settings/location.html",
        place=place,
        address=f"/t/{g.tenant.slug}/{place.slug}",
        values=forms.current(place) | _typed(),
        has_orders=locations.has_orders(place.id),
        locales=forms.locale_choices((place.locale, *known)),
        time_zones=forms.zone_choices((place.time_zone, *zones)),
        errors=error.fields if error else {},
        sentence=error.sentence if error else "",
    )
    return make_response(page, status)
