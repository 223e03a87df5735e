"""From an address to tenant and location, before a view runs: `g.tenant` and `g.location`."""

from typing import Any

from flask import Flask, current_app, g, redirect, request
from werkzeug.wrappers import Response

from app.core.network import find_address, host_in
from app.core.tenant import enter_tenant
from app.core.web import SAFE_METHODS
from app.tenancy.queries import (
    TenantView,
    find_house,
    find_newer_slug,
    find_tenant_by_host,
    find_tenant_by_slug,
    get_location,
    known_locations,
)

# Served to everybody alike; they answer even where the database does not.
_TENANTLESS = ("/assets/", "/static/", "/healthz", "/readyz")
STAFF_PREFIX = "/t/<tenant>/<location>"


def init_routing(app: Flask) -> None:
    """Register the URL processors: views get neither slug, links fill them in."""
    app.url_value_preprocessor(_pull)
    app.url_defaults(_push)
    app.before_request(_lead_on)
    app.before_request(_keep_house_time)
    app.context_processor(lambda: {"house_zone": _house_zone()})


def tenant_of_address() -> TenantView | None:
    """The tenant that the request's path or host names. Sets the tenant in scope once found."""
    if "tenant" not in g:
        g.tenant = _by_path() or _by_host()
        enter_tenant(g.tenant.id if g.tenant else None)
    found: TenantView | None = g.tenant
    return found


def _keep_house_time() -> None:
    """On pages of no location, times and figures are written as at the tenant's first one."""
    if g.tenant is not None and "location" not in g:
        g.house = find_house()


def _house_zone() -> str:
    """The zone of the times on a page of no location, where it does not go without saying."""
    house = g.get("house")
    zones = {place.time_zone for place in known_locations()} if house else ()
    return house.time_zone if len(zones) > 1 else ""


def _by_path() -> TenantView | None:
    slug = _slug_in_path()
    return find_tenant_by_slug(slug) if slug else None


def _by_host() -> TenantView | None:
    """A tenant's own host: `<slug>.<BASE_DOMAIN>`, or one that it has proven to be its own."""
    host = _host()
    if host in ("", current_app.extensions["settings"].base_domain) or find_address(host):
        return None
    slug = _slug_in_host()
    return find_tenant_by_slug(slug) if slug else find_tenant_by_host(host)


def _slug_in_path() -> str | None:
    parts = request.path.split("/", 3)
    return parts[2] if len(parts) > 2 and parts[1] == "t" else None


def _slug_in_host() -> str | None:
    label, _dot, rest = _host().partition(".")
    return label if rest == current_app.extensions["settings"].base_domain else None


def _host() -> str:
    """The host of what may be a tenant's by its host, empty where the path alone says whose."""
    if request.path.startswith(("/t/", *_TENANTLESS)):
        return ""
    return host_in(request.host).removesuffix(".")


def _lead_on() -> Response | None:
    """Lead whoever comes by a short name that was given up to the same page of today's.

    For now (302): the name may come back, or be another restaurant's after six months.
    """
    if g.tenant is not None or request.method not in SAFE_METHODS:
        return None
    in_path = _slug_in_path()
    old = in_path or _slug_in_host()
    new = find_newer_slug(old) if old else None
    if new is None:
        return None
    page = request.url.removeprefix(request.host_url)
    if in_path:
        return redirect(f"/t/{new}" + page.removeprefix(f"t/{old}"))
    _name, colon, port = request.host.partition(":")
    base = current_app.extensions["settings"].base_domain
    return redirect(f"//{new}.{base}{colon}{port}/{page}")


def _pull(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    tenant_of_address()
    if not values:
        return
    values.pop("tenant", None)
    slug = values.pop("location", None)
    if slug is not None and g.tenant is not None:
        g.location = get_location(slug)


def _push(endpoint: str, values: dict[str, Any]) -> None:
    for name in ("tenant", "location"):
        place = g.get(name)
        if name not in values and place is not None and _takes(endpoint, name):
            values[name] = place.slug


def _takes(endpoint: str, name: str) -> bool:
    return current_app.url_map.is_endpoint_expecting(endpoint, name)
