"""Opening tenants and locations, and the business day that everything refers to."""

from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from app.core import clock
from app.core.db import execute, of_tenant, run, transaction
from app.core.ids import new_id
from app.core.tenant import current_tenant_id
from app.tenancy.domain import business_date, check_slug
from app.tenancy.models import BusinessDay, Location, Register, TenantProfile
from app.tenancy.queries import LocationView

_OPEN_DAY = select(BusinessDay.id, BusinessDay.date).where(
    of_tenant(BusinessDay),
    BusinessDay.location_id == bindparam("location_id"),
    BusinessDay.closed_at.is_(None),
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
    """Open a location of the current tenant, with its one register."""
    location_id = new_id()
    with transaction():
        execute(
            insert(Location).values(
                tenant_id=current_tenant_id(), id=location_id, kind="live", **vars(new)
            )
        )
        execute(
            insert(Register).values(
                tenant_id=current_tenant_id(),
                id=new_id(),
                location_id=location_id,
                name="Till 1",
                series="A",
            )
        )
    return location_id


def save_profile(**values: object) -> None:
    """Change what the current tenant says of itself: fields of ProfileView by name."""
    tenant_id = current_tenant_id()
    with transaction():
        execute(
            upsert(TenantProfile)
            .values(tenant_id=tenant_id, id=tenant_id, **values)
            .on_conflict_do_update(index_elements=["tenant_id", "id"], set_=values)
        )


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
    """The open business day at `at`; opens the next one when the cut-off has passed."""
    date = business_date(at, location.zone, location.cut_off)
    row = run(_OPEN_DAY, location_id=location.id).one_or_none()
    if row is not None and row.date >= date:
        return UUID(str(row.id))
    return _open_day(location, at)


def _open_day(location: LocationView, at: datetime) -> UUID:
    """Close what is open and open the day of `at`.

    Two who try at once get the same row: the second waits for the first one's commit.
    """
    tenant_id = current_tenant_id()
    date = business_date(at, location.zone, location.cut_off)
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
