"""Which tenant and which place an address names."""

import time
from dataclasses import dataclass, field
from datetime import time as time_of_day
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, select, text

from app.core.db import end_reading, execute, of_tenant, run
from app.core.errors import NotFound
from app.core.model import Json
from app.core.tenant import current_tenant_id, tenant_scope
from app.tenancy.models import Location, TenantProfile

_REMEMBERED_S = 10.0
_LOOK_UPS = {
    "slug": text("SELECT id, slug, name FROM app.tenant_by_slug(:value)"),
    "host": text("SELECT id, slug, name FROM app.tenant_by_host(:value)"),
}
_BY_SLUG = select(Location.__table__).where(of_tenant(Location), Location.slug == bindparam("slug"))
_BY_ID = select(Location.__table__).where(
    of_tenant(Location), Location.id == bindparam("location_id")
)
_PROFILE = select(TenantProfile.__table__).where(of_tenant(TenantProfile))
_remembered: dict[tuple[str, str], tuple[float, "TenantView"]] = {}


@dataclass(frozen=True, kw_only=True)
class TenantView:
    """A tenant as pages need it."""

    id: UUID
    slug: str
    name: str


@dataclass(frozen=True, kw_only=True)
class LocationView:
    """A location's clock, law and service styles."""

    id: UUID
    slug: str
    name: str
    kind: str
    time_zone: str
    locale: str
    currency: str
    cut_off: time_of_day
    tax_inclusive: bool
    rounding_mode: str
    rounding_level: str
    cash_step_minor: int
    dine_in_style: str
    takeaway_style: str
    receipt_header: str
    receipt_footer: str

    @property
    def zone(self) -> ZoneInfo:
        """The location's time zone."""
        return ZoneInfo(self.time_zone)

    def style(self, service_type: str) -> str:
        """Whether this kind of service pays first or later."""
        return self.dine_in_style if service_type == "dine_in" else self.takeaway_style


@dataclass(frozen=True, kw_only=True)
class ProfileView:
    """What a tenant says of itself; the defaults are those of a tenant that has said nothing.

    Hue in degrees and chroma are oklch's. `setup` holds what the opening of the restaurant
    still has to remember.
    """

    brand_hue: Decimal = Decimal(335)
    brand_chroma: Decimal = Decimal("0.135")
    logo_id: UUID | None = None
    country: str | None = None
    needs_second_factor: bool = False
    setup: Json = field(default_factory=dict)


def find_tenant_by_slug(slug: str) -> TenantView | None:
    """The tenant of a path, remembered for a few seconds by this process."""
    return _look_up("slug", slug)


def find_tenant_by_host(host: str) -> TenantView | None:
    """The tenant of a verified host name, remembered likewise."""
    return _look_up("host", host)


def get_tenant_by_slug(slug: str) -> TenantView:
    """The tenant of a path; raises NotFound."""
    found = find_tenant_by_slug(slug)
    if found is None:
        raise NotFound("no_tenant", "There is no restaurant at this address.")
    return found


def get_tenant_by_id(tenant_id: UUID) -> TenantView:
    """A tenant by its id, for work that no address led to, remembered likewise; raises NotFound."""
    found = _recall("id", str(tenant_id))
    if found is None:
        for tenant in all_tenants():
            _remember("id", str(tenant.id), tenant)
        found = _recall("id", str(tenant_id))
    if found is None:
        raise NotFound("no_tenant", "There is no such restaurant.")
    return found


def _look_up(kind: str, value: str) -> TenantView | None:
    known = _recall(kind, value)
    if known:
        return known
    with tenant_scope(None):
        row = execute(_LOOK_UPS[kind], {"value": value}).one_or_none()
        end_reading()
    found = TenantView(id=row.id, slug=row.slug, name=row.name) if row else None
    if found:
        _remember(kind, value, found)
    return found


def _recall(kind: str, value: str) -> TenantView | None:
    until, found = _remembered.get((kind, value), (0.0, None))
    return found if until > time.monotonic() else None


def _remember(kind: str, value: str, tenant: TenantView) -> None:
    _remembered[kind, value] = (time.monotonic() + _REMEMBERED_S, tenant)


def all_tenants() -> list[TenantView]:
    """Every tenant, for the clock and for checks; asked outside any tenant."""
    rows = execute(text("SELECT id, slug, name FROM app.tenants() ORDER BY slug")).all()
    end_reading()  # what comes next is often inside one of them
    return [TenantView(id=row.id, slug=row.slug, name=row.name) for row in rows]


def get_profile() -> ProfileView:
    """What the current tenant says of itself."""
    row = run(_PROFILE).one_or_none()
    if row is None:
        return ProfileView()
    fields = row._mapping
    return ProfileView(**{name: fields[name] for name in ProfileView.__dataclass_fields__})


def get_location(slug: str) -> LocationView:
    """The tenant's location of this slug; raises NotFound."""
    row = run(_BY_SLUG, slug=slug).one_or_none()
    if row is None:
        raise NotFound("no_location", "There is no such location.")
    return _location(row)


def get_location_by_id(location_id: UUID) -> LocationView:
    """The tenant's location of this id; raises NotFound."""
    row = run(_BY_ID, location_id=location_id).one_or_none()
    if row is None:
        raise NotFound("no_location", "There is no such location.")
    return _location(row)


def locations() -> list[LocationView]:
    """The tenant's locations, by name."""
    rows = execute(
        select(Location.__table__)
        .where(Location.tenant_id == current_tenant_id())
        .order_by(Location.name)
    ).all()
    return [_location(row) for row in rows]


def _location(row: Row[tuple[object, ...]]) -> LocationView:
    fields = row._mapping
    return LocationView(**{name: fields[name] for name in LocationView.__dataclass_fields__})
