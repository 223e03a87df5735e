"""Which tenant and which place an address names."""

import time
from dataclasses import dataclass, field
from datetime import date, datetime
from datetime import time as time_of_day
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, select, text

from app.core.db import end_reading, execute, of_tenant, run
from app.core.errors import NotFound
from app.core.model import Json
from app.core.tenant import current_tenant_id, tenant_scope
from app.tenancy.domain import business_date, date_of_work
from app.tenancy.models import BusinessDay, Location, TenantProfile

_REMEMBERED_S = 10.0
_PLACES_REMEMBERED_S = 60.0
_LOOK_UPS = {
    "slug": text(
        "SELECT t.id, t.slug, t.name, c.erase_after FROM app.tenant_by_slug(:value) t"
        " LEFT JOIN app.tenant_closings() c ON c.tenant_id = t.id"
    ),
    "host": text(
        "SELECT t.id, t.slug, t.name, c.erase_after FROM app.tenant_by_host(:value) t"
        " LEFT JOIN app.tenant_closings() c ON c.tenant_id = t.id"
    ),
}
_IS_CLOSING = text(
    "SELECT EXISTS (SELECT FROM app.tenant_closings() c WHERE c.tenant_id = :tenant_id)"
)
_MOVED_TO = text("SELECT app.tenant_moved_to(:slug)")
_ALL = text(
    "SELECT t.id, t.slug, t.name, c.erase_after FROM app.tenants() t"
    " LEFT JOIN app.tenant_closings() c ON c.tenant_id = t.id ORDER BY t.slug"
)
_BY_SLUG = select(Location.__table__).where(of_tenant(Location), Location.slug == bindparam("slug"))
_BY_ID = select(Location.__table__).where(
    of_tenant(Location), Location.id == bindparam("location_id")
)
_OPEN_DAY = select(BusinessDay.id, BusinessDay.date, BusinessDay.cut_off).where(
    of_tenant(BusinessDay),
    BusinessDay.location_id == bindparam("location_id"),
    BusinessDay.closed_at.is_(None),
)
_PROFILE = select(TenantProfile.__table__).where(of_tenant(TenantProfile))
_remembered: dict[tuple[str, str], tuple[float, "TenantView"]] = {}
_remembered_places: dict[UUID, tuple[float, tuple["LocationView", ...]]] = {}


@dataclass(frozen=True, kw_only=True)
class TenantView:
    """A tenant as pages need it. `erase_after`: it is being closed, and gone from then on."""

    id: UUID
    slug: str
    name: str
    erase_after: datetime | None = None


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
class OpenDay:
    """The business day that is open, and the cut-off that it began with."""

    id: UUID
    date: date
    cut_off: time_of_day


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


def find_newer_slug(slug: str) -> str | None:
    """The present short name of the tenant that has given this one up lately, or None."""
    with tenant_scope(None):
        found: str | None = execute(_MOVED_TO, {"slug": slug}).scalar_one()
        end_reading()
    return found


def find_tenant_by_host(host: str) -> TenantView | None:
    """The tenant of a verified host name, remembered likewise."""
    return _look_up("host", host)


def forget_host(host: str) -> None:
    """Have this process look a host up anew; the others do so within seconds."""
    _remembered.pop(("host", host), None)


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
    found = TenantView(**row._mapping) if row else None
    if found:
        _remember(kind, value, found)
    return found


def forget_tenants() -> None:
    """Look every tenant up anew: this process has changed one. Others do within seconds."""
    _remembered.clear()


def _recall(kind: str, value: str) -> TenantView | None:
    until, found = _remembered.get((kind, value), (0.0, None))
    return found if until > time.monotonic() else None


def _remember(kind: str, value: str, tenant: TenantView) -> None:
    _remembered[kind, value] = (time.monotonic() + _REMEMBERED_S, tenant)


def is_closing() -> bool:
    """Whether the tenant in scope is being closed, as it stands now."""
    return bool(execute(_IS_CLOSING, {"tenant_id": current_tenant_id()}).scalar_one())


def tenants_to_erase() -> list[UUID]:
    """The tenants whose time to be taken back is over, by the database's clock."""
    rows = execute(
        text("SELECT tenant_id FROM app.tenant_closings() WHERE erase_after <= now()")
    ).scalars()
    found = list(rows)
    end_reading()
    return found


def all_tenants() -> list[TenantView]:
    """Every tenant, for the clock and for checks; asked outside any tenant."""
    rows = execute(_ALL).all()
    end_reading()  # what comes next is often inside one of them
    return [TenantView(**row._mapping) for row in rows]


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


def find_open_day(location: LocationView) -> OpenDay | None:
    """The location's open business day, or None."""
    row = run(_OPEN_DAY, location_id=location.id).one_or_none()
    return OpenDay(**row._mapping) if row else None


def date_at(location: LocationView, open_day: OpenDay | None, at: datetime) -> date:
    """The business date that work at an instant belongs to, where this day is open."""
    known = (open_day.date, open_day.cut_off) if open_day else None
    return date_of_work(at, location.zone, location.cut_off, known)


def house_date(at: datetime) -> date:
    """The tenant's own date at an instant: its first location's, from cut-off to cut-off.

    UTC's, where there is no location yet.
    """
    first = min(locations(), key=lambda place: place.id, default=None)
    return business_date(at, first.zone, first.cut_off) if first else at.date()


def find_house() -> LocationView | None:
    """The tenant's first location: by its clock goes what belongs to no location. None: none yet.

    Remembered as `known_locations` are.
    """
    return min(known_locations(), key=lambda place: place.id, default=None)


def known_locations() -> tuple[LocationView, ...]:
    """The tenant's locations by name, remembered for a minute by this process.

    For what every page shows of them: the way to the others, and who may go it.
    """
    until, known = _remembered_places.get(current_tenant_id(), (0.0, ()))
    if until > time.monotonic():
        return known
    found = tuple(locations())
    _remembered_places[current_tenant_id()] = (time.monotonic() + _PLACES_REMEMBERED_S, found)
    return found


def find_known_location(slug: str) -> LocationView | None:
    """One of `known_locations` by its slug, or None; looks again for one that may be new."""
    found = _named(slug)
    if found is None:
        forget_locations()
        found = _named(slug)
    return found


def _named(slug: str) -> LocationView | None:
    return next((place for place in known_locations() if place.slug == slug), None)


def forget_locations() -> None:
    """What this process remembers of the tenant's locations holds no longer."""
    _remembered_places.pop(current_tenant_id(), None)


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
