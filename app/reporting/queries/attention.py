"""What needs a person now: late tickets, payments in doubt, stock that runs out, alerts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Interval, Row, func, select

from app.core import clock
from app.core.db import execute
from app.core.models import SecurityAlert
from app.core.tenant import current_tenant_id
from app.inventory.models import Ingredient, Stock
from app.kitchen.models import Ticket
from app.menu.models import Station
from app.payments.queries import unresolved
from app.payments.views import Unresolved
from app.tenancy.queries import LocationView

MOST = 4
ALERTS_SHOWN_FOR = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class LateTicket:
    """A ticket past its time, as domain.md's clocks count it."""

    station: str
    station_slug: str
    title: str
    fired_at: datetime
    late_at: datetime


@dataclass(frozen=True, kw_only=True)
class LowStock:
    """An ingredient at or below the level where somebody wants to know."""

    name: str
    left: Decimal
    unit: str


@dataclass(frozen=True, kw_only=True)
class Alert:
    """A security alert of the whole restaurant that nobody has put aside."""

    kind: str
    times: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Attention:
    """Each list holds the worst few; the counts say how many there are."""

    late: tuple[LateTicket, ...]
    late_count: int
    doubts: tuple[Unresolved, ...]
    low: tuple[LowStock, ...]
    low_count: int
    alerts: tuple[Alert, ...]

    @property
    def count(self) -> int:
        """How many things need a person; low stock counts as one."""
        return self.late_count + len(self.doubts) + bool(self.low_count) + len(self.alerts)


def attention(location: LocationView, *, with_alerts: bool) -> Attention:
    """Everything that needs a person at this location, in four queries.

    `with_alerts` for who may know what is tried at the whole restaurant.
    """
    late, low = _late(location), _low(location)
    return Attention(
        late=tuple(_late_ticket(row) for row in late),
        late_count=late[0].of_all if late else 0,
        doubts=unresolved(location),
        low=tuple(
            LowStock(name=row.name, left=max(row.left, Decimal()), unit=row.unit) for row in low
        ),
        low_count=low[0].of_all if low else 0,
        alerts=tuple(_alerts()) if with_alerts else (),
    )


def _late(location: LocationView) -> list[Row[Any]]:
    # As kitchen.domain.late_after: the station's threshold, or 1.2 × the longest prep time.
    seconds = func.greatest(Station.late_minutes * 60, Ticket.longest_prep_minutes * 72)
    after = func.make_interval(0, 0, 0, 0, 0, 0, seconds, type_=Interval)
    due = Ticket.fired_at + after
    return list(
        execute(
            select(
                Station.name,
                Station.slug,
                Ticket.title,
                Ticket.fired_at,
                due.label("late_at"),
                func.count().over().label("of_all"),
            )
            .join(
                Station, (Station.tenant_id == Ticket.tenant_id) & (Station.id == Ticket.station_id)
            )
            .where(
                Ticket.tenant_id == current_tenant_id(),
                Ticket.location_id == location.id,
                Ticket.state == "open",
                due < clock.now(),
            )
            .order_by(due)
            .limit(MOST)
        )
    )


def _late_ticket(row: Row[Any]) -> LateTicket:
    return LateTicket(
        station=row.name,
        station_slug=row.slug,
        title=row.title,
        fired_at=row.fired_at,
        late_at=row.late_at,
    )


def _low(location: LocationView) -> list[Row[Any]]:
    left = Stock.on_hand - Stock.reserved
    return list(
        execute(
            select(
                Ingredient.name,
                Ingredient.unit,
                left.label("left"),
                func.count().over().label("of_all"),
            )
            .join(
                Ingredient,
                (Ingredient.tenant_id == Stock.tenant_id) & (Ingredient.id == Stock.ingredient_id),
            )
            .where(
                Stock.tenant_id == current_tenant_id(),
                Stock.location_id == location.id,
                Ingredient.when_short != "ignore",
                left <= func.coalesce(Ingredient.low_at, 0),
            )
            .order_by(left > 0, Ingredient.name)
            .limit(MOST)
        )
    )


def _alerts() -> list[Alert]:
    rows = execute(
        select(SecurityAlert.kind, SecurityAlert.times, SecurityAlert.at)
        .where(
            SecurityAlert.tenant_id == current_tenant_id(),
            SecurityAlert.seen_at.is_(None),
            SecurityAlert.at > clock.now() - ALERTS_SHOWN_FOR,
        )
        .order_by(SecurityAlert.at.desc())
        .limit(MOST)
    )
    return [Alert(kind=row.kind, times=row.times, at=row.at) for row in rows]
