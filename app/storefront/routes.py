"""What guests see without signing in: a location's menu, on the restaurant's own host."""

import re
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as BaseResponse

from app.brand.queries import get_brand
from app.core import clock
from app.core.access import public
from app.core.errors import NotFound
from app.core.money import to_decimal
from app.menu.queries import catalogue, item_pictures
from app.tenancy.queries import LocationView, locations

storefront = Blueprint("storefront", __name__)

# Prices as at the table; what is sold on other channels has lists of its own.
SERVICE, CHANNEL = "dine_in", "web"
KEPT = "public, max-age=60"  # nobody is signed in here: all guests see the same
_SHORT_NAME = re.compile(r"[a-z0-9-]{2,40}")


@storefront.get("/")
@public
def home() -> Response | str:
    """The menu, or a choice of locations; on a host that is no restaurant's, what this is."""
    if g.tenant is None:
        return render_template("storefront/product.html", host=_base_host())
    places = [place for place in locations() if place.kind == "live"]
    if len(places) == 1:
        return _menu(places[0])
    return render_template(
        "storefront/places.html", places=places, tenant=g.tenant, brand=get_brand()
    )


@storefront.get("/menu/<location>")
@public
def menu() -> Response:
    """One location's menu."""
    if g.tenant is None or g.get("location") is None or g.location.kind != "live":
        raise NotFound("no_location", "There is no such location.")
    return _menu(g.location)


@storefront.get("/staff")
@public
def staff() -> BaseResponse:
    """From a restaurant's short name to its sign-in."""
    name = request.args.get("restaurant", "").strip().lower()
    if not name:
        return redirect(url_for("storefront.home"))
    if not _SHORT_NAME.fullmatch(name):
        abort(404)
    return redirect(f"/t/{name}/sign-in")


@storefront.app_template_filter("plain")
def plain(minor: int, currency: str) -> str:
    """An amount for machines: a point, and the currency's decimals."""
    return str(to_decimal(minor, currency))


def _menu(place: LocationView) -> Response:
    g.location = place  # its locale and currency write the prices
    page = render_template(
        "storefront/menu.html",
        place=place,
        tenant=g.tenant,
        brand=get_brand(),
        menu=catalogue(place, SERVICE, CHANNEL, clock.now()),
        pictures=item_pictures(),
        url=request.base_url,
    )
    response = make_response(page)
    response.headers["Cache-Control"] = KEPT
    return response


def _base_host() -> str:
    port = urlsplit(request.host_url).port
    base = current_app.extensions["settings"].base_domain
    return f"{base}:{port}" if port else str(base)
