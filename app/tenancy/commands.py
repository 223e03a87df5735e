"""Opening tenants and locations, and the business day that everything refers to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import and_, bindparam, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from app.core import clock
from app.core.db import after_commit, execute, of_tenant, run, transaction
from app.core.errors import Conflict, Invalid
from app.core.ids import new_id
from app.core.tenant import current_tenant_id
from app.core.turns import take_turn
from app.tenancy.domain import check_slug
from app.tenancy.models import BusinessDay, Location, Register, TenantProfile
from app.tenancy.queries import (
    LocationView,
    OpenDay,
    date_at,
    forget_host,
    forget_locations,
    forget_tenants,
    locations,
)

# What orders are counted by, and what a location's first order fixes.
COUNTED_BY = ("currency", "tax_inclusive", "time_zone")
# The lock is the one that each row of a location takes on it anyway, taken before it is relied on.
_BEGUN = (
    select(
        *(getattr(Location, name) for name in COUNTED_BY),
        BusinessDay.id,
        BusinessDay.date,
        BusinessDay.cut_off,
    )
    .outerjoin(
        BusinessDay,
        and_(
            BusinessDay.tenant_id == Location.tenant_id,
            BusinessDay.location_id == Location.id,
            BusinessDay.closed_at.is_(None),
        ),
    )
    .where(of_tenant(Location), Location.id == bindparam("location_id"))
    .with_for_update(read=True, key_share=True, of=Location)
)


@dataclass(frozen=True, kw_only=True)
class NewLocation:
    """What a location needs to open."""

    slug: str
    name: str
    time_zone: str
    locale: str
    currency: str
    tax_inclusive: bool
    cut_off: time = time(4)
    rounding_level: str = "line"
    cash_step_minor: int = 1
    dine_in_style: str = "pay_later"
    takeaway_style: str = "pay_first"
    receipt_header: str = ""
    receipt_footer: str = ""


def open_tenant(slug: str, name: str, tenant_id: UUID | None = None) -> UUID:
    """Add a tenant to the directory; its slug must be free (Invalid where it cannot be one).

    Asked outside any tenant, or (with the id) within the one that is being opened, so that all
    of it is one transaction.
    """
    tenant_id = tenant_id or new_id()
    with transaction():
        execute(
            text("SELECT app.tenant_open(:id, :slug, :name, :at)"),
            {"id": tenant_id, "slug": check_slug(slug), "name": name, "at": clock.now()},
        )
    return tenant_id


def open_location(new: NewLocation) -> UUID:
    """Open a location of the current tenant, with its one register.

    Raises Invalid for a slug that cannot be one or is taken, and for a currency that is not
    that of the tenant's other locations: they share a menu, and its prices are amounts.
    """
    location_id, tenant_id = new_id(), current_tenant_id()
    check_slug(new.slug)
    with transaction():
        hold_locations()
        require_shared_currency(new.currency)
        opened = execute(
            upsert(Location)
            .values(tenant_id=tenant_id, id=location_id, kind="live", **vars(new))
            .on_conflict_do_nothing(index_elements=["tenant_id", "slug"])
        )
        if opened.rowcount == 0:
            sentence = f"There is a location of the short name “{new.slug}” already."
            raise Invalid("slug", sentence, {"slug": [sentence]})
        execute(
            insert(Register).values(
                tenant_id=tenant_id,
                id=new_id(),
                location_id=location_id,
                name="Till 1",
                series="A",
            )
        )
        after_commit(f"locations {tenant_id}", forget_locations)
    return location_id


def change_location(location_id: UUID, values: Mapping[str, object]) -> None:
    """Change columns of a location. A new cut-off counts from the next business day on.

    Raises Invalid for a currency that is not that of the tenant's other locations.
    """
    with transaction():
        if "currency" in values:
            hold_locations()
            require_shared_currency(str(values["currency"]), besides=location_id)
        execute(
            update(Location)
            .where(Location.tenant_id == current_tenant_id(), Location.id == location_id)
            .values(**values)
        )
        after_commit(f"locations {current_tenant_id()}", forget_locations)


def hold_locations() -> None:
    """Have nobody else open a location, or change one's currency, before the transaction ends."""
    take_turn("locations")


def hold_location(location_id: UUID) -> None:
    """Have nothing begin at a location before the transaction ends, after what has begun there."""
    execute(
        select(Location.id)
        .where(Location.tenant_id == current_tenant_id(), Location.id == location_id)
        .with_for_update()
    )


def require_shared_currency(currency: str, besides: UUID | None = None) -> None:
    """Raise Invalid (`currency`) where another location sells in another currency."""
    others = {place.currency for place in locations() if place.id != besides}
    if others - {currency}:
        sentence = f"The menu's prices are in {min(others)}, at every location."
        raise Invalid("currency", sentence, {"currency": [sentence]})


def claim_host(host: str) -> bool:
    """Have a host that was proven serve the current tenant; False where it serves another."""
    with transaction():
        wanted = {"host": host, "at": clock.now()}
        return bool(execute(text("SELECT app.host_claim(:host, :at)"), wanted).scalar_one())


def release_host(host: str) -> None:
    """Have a host of the current tenant's serve it no more; another's is left alone."""
    with transaction():
        execute(text("SELECT app.host_release(:host)"), {"host": host})
    forget_host(host)


def save_profile(**values: object) -> None:
    """Change what the current tenant says of itself: fields of ProfileView by name."""
    tenant_id = current_tenant_id()
    with transaction():
        execute(
            upsert(TenantProfile)
            .values(tenant_id=tenant_id, id=tenant_id, **values)
            .on_conflict_do_update(index_elements=["tenant_id", "id"], set_=values)
        )


def rename_tenant(name: str) -> bool:
    """Give the current tenant another name; whether it is another."""
    with transaction():
        found = execute(text("SELECT app.tenant_rename(:name)"), {"name": name}).scalar()
        if found:
            after_commit("forget tenant", forget_tenants)
    return bool(found)


def move_tenant(slug: str) -> None:
    """Give the current tenant another short name; the old one leads to it for six months.

    Raises Invalid for one that cannot be a short name, or is or was lately another tenant's.
    """
    with transaction():
        moved = execute(text("SELECT app.tenant_move(:slug)"), {"slug": check_slug(slug)}).scalar()
        if not moved:
            sentence = f"“{slug}” is another restaurant's; choose another short name."
            raise Invalid("slug", sentence, {"slug": [sentence]})
        after_commit("forget tenant", forget_tenants)


def get_register_id(location_id: UUID) -> UUID:
    """The location's register (one a location, so far)."""
    return UUID(
        str(
            execute(
                select(Register.id)
                .where(
                    Register.tenant_id == current_tenant_id(), Register.location_id == location_id
                )
                .order_by(Register.id)
                .limit(1)
            ).scalar_one()
        )
    )


def current_business_day(location: LocationView, at: datetime) -> UUID:
    """The open business day at `at`; opens the next one when its cut-off has passed.

    Whatever is counted begins with this: money, tax and clock of the location stay as they are
    to the end of the transaction. Raises Conflict (`location_changed`) where `location` says other
    ones, for somebody has changed them since it was read.
    """
    open_day = _begin(location)
    date = date_at(location, open_day, at)
    if open_day is not None and open_day.date == date:
        return open_day.id
    return _open_day(location, date, at)


def _begin(location: LocationView) -> OpenDay | None:
    row = run(_BEGUN, location_id=location.id).one()
    if any(getattr(row, name) != getattr(location, name) for name in COUNTED_BY):
        raise Conflict("location_changed", "This location has just been changed. Try again.")
    return OpenDay(id=row.id, date=row.date, cut_off=row.cut_off) if row.id else None


def _open_day(location: LocationView, date: date, at: datetime) -> UUID:
    """Close what is open and open the day of a date.

    Two who try at once get the same row: the second waits for the first one's commit.
    """
    tenant_id = current_tenant_id()
    execute(
        update(BusinessDay)
        .where(
            BusinessDay.tenant_id == tenant_id,
            BusinessDay.location_id == location.id,
            BusinessDay.closed_at.is_(None),
            BusinessDay.date < date,
        )
        .values(closed_at=at)
    )
    execute(
        upsert(BusinessDay)
        .values(
            tenant_id=tenant_id,
            id=new_id(),
            location_id=location.id,
            date=date,
            cut_off=location.cut_off,
            opened_at=at,
        )
        .on_conflict_do_nothing()
    )
    return UUID(
        str(
            execute(
                select(BusinessDay.id).where(
                    BusinessDay.tenant_id == tenant_id,
                    BusinessDay.location_id == location.id,
                    BusinessDay.date == date,
                )
            ).scalar_one()
        )
    )
