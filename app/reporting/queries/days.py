"""Business days by date, and how far into each a figure reaches."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.core import clock
from app.core.db import execute
from app.core.tenant import current_tenant_id
from app.tenancy.models import BusinessDay
from app.tenancy.queries import LocationView, date_at, find_open_day

FOR_EVER = datetime.max.replace(tzinfo=UTC)
WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Day:
    """A business day; what happened after `until` is left out. `id` None: it never opened."""

    date: date
    id: UUID | None
    until: datetime = FOR_EVER


def today(location: LocationView) -> date:
    """The business date of now."""
    return date_at(location, find_open_day(location), clock.now())


def get_day(location: LocationView, on: date) -> Day:
    """The whole business day of a date."""
    return Day(date=on, id=_ids(location, [on]).get(on))


def today_and_week_ago(location: LocationView) -> tuple[Day, Day]:
    """Today, and the same weekday last week as it stood at this time of day."""
    now, on = clock.now(), today(location)
    ids = _ids(location, [on, on - WEEK])
    then = (now.astimezone(location.zone) - WEEK).astimezone(UTC)
    return (
        Day(date=on, id=ids.get(on)),
        Day(date=on - WEEK, id=ids.get(on - WEEK), until=then),
    )


def falls_in(
    day_id: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None],
    at: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
    days: Iterable[Day],
) -> ColumnElement[bool]:
    """The condition that a row belongs to one of the days, no later than it reaches."""
    return or_(false(), *(_in_day(day_id, at, day) for day in days if day.id is not None))


def _in_day(
    day_id: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None],
    at: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
    day: Day,
) -> ColumnElement[bool]:
    return day_id == day.id if day.until == FOR_EVER else and_(day_id == day.id, at <= day.until)


def _ids(location: LocationView, dates: list[date]) -> dict[date, UUID]:
    rows = execute(
        select(BusinessDay.date, BusinessDay.id).where(
            BusinessDay.tenant_id == current_tenant_id(),
            BusinessDay.location_id == location.id,
            BusinessDay.date.in_(dates),
        )
    )
    return {row.date: row.id for row in rows}
