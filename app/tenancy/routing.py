"""From an address to tenant and location, before a view runs: `g.tenant` and `g.location`."""

from typing import Any

from flask import Flask, current_app, g, request

from app.core.network import find_address, host_in
from app.core.tenant import enter_tenant
from app.tenancy.queries import (
    TenantView,
    find_house,
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
    parts = request.path.split("/", 3)
    return find_tenant_by_slug(parts[2]) if len(parts) > 2 and parts[1] == "t" else None


def _by_host() -> TenantView | None:
    """A tenant's own host: `<slug>.<BASE_DOMAIN>`, or one that it has proven to be its own."""
    if request.path.startswith(("/t/", *_TENANTLESS)):
        return None
    host = host_in(request.host).removesuffix(".")
    base = current_app.extensions["settings"].base_domain
    label, _dot, rest = host.partition(".")
    if host == base or find_address(host):
        return None
    return find_tenant_by_slug(label) if rest == base else find_tenant_by_host(host)


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
