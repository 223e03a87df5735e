"""Today at a location, beside the same weekday last week as it stood at this time of day."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from app.core import clock
from app.reporting.queries.attention import Attention, attention
from app.reporting.queries.days import Day, today_and_week_ago
from app.reporting.queries.documents import Papers, Sold, papers, papers_of, sold
from app.reporting.queries.ledger import Ledger, in_order, ledger_of, ledgers
from app.reporting.queries.money import Check, Tender, checks, tenders
from app.reporting.queries.service import Room, median_ticket_time, orders_placed, room
from app.tenancy.queries import LocationView

BEST = 6
Figure = TypeVar("Figure")


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of one day so far."""

    ledger: Ledger
    sales: Papers
    refunds: Papers
    orders: int
    median: dt.timedelta | None


@dataclass(frozen=True, kw_only=True)
class Hour:
    """Net sales of an hour of the clock; `then_minor` is last week's whole hour."""

    hour: int
    net_minor: int
    then_minor: int | None
    is_now: bool


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """Everything that the page shows. `then` is None where there is no such day to compare."""

    date: dt.date
    then_date: dt.date
    at: dt.datetime
    now: Figures
    then: Figures | None
    hours: tuple[Hour, ...]
    room: Room
    attention: Attention
    best: tuple[Sold, ...]
    tenders: tuple[Tender, ...]
    checks: tuple[Check, ...]

    @property
    def agrees(self) -> bool:
        """Whether documents and payments equal the ledger to the cent."""
        return all(check.agrees for check in self.checks)


def dashboard(location: LocationView, *, with_alerts: bool = False) -> Dashboard:
    """Read today's figures, in a fixed number of queries; with the whole restaurant's alerts."""
    day, before = today_and_week_ago(location)
    days = (day, before)
    whole = Day(date=before.date, id=before.id)
    found_ledgers = ledgers(location, days)
    found_papers = papers(location, days)
    orders = orders_placed(location, days)
    medians = median_ticket_time(location, days)

    def figures(of: Day) -> Figures:
        return Figures(
            ledger=ledger_of(found_ledgers, of),
            sales=papers_of(found_papers, of, "sale"),
            refunds=papers_of(found_papers, of, "refund"),
            orders=_of_day(orders, of) or 0,
            median=_of_day(medians, of),
        )

    now = figures(day)
    taken = tenders(location, day)
    return Dashboard(
        date=day.date,
        then_date=before.date,
        at=clock.now(),
        now=now,
        then=figures(before) if before.id else None,
        hours=_hours(location, now.ledger, _whole_ledger(location, whole)),
        room=room(location),
        attention=attention(location, with_alerts=with_alerts),
        best=sold(location, day)[:BEST],
        tenders=taken,
        checks=checks(now.ledger, now.sales, now.refunds, taken),
    )


def _whole_ledger(location: LocationView, day: Day) -> Ledger:
    return ledger_of(ledgers(location, [day]), day) if day.id else Ledger()


def _hours(location: LocationView, now: Ledger, then: Ledger) -> tuple[Hour, ...]:
    sales, before = now.net_by_hour(), then.net_by_hour()
    present = clock.now().astimezone(location.zone).hour
    return tuple(
        Hour(
            hour=hour,
            net_minor=sales.get(hour, 0),
            then_minor=before.get(hour, 0) if before else None,
            is_now=hour == present,
        )
        for hour in in_order({*sales, *before}, location.cut_off.hour)
    )


def _of_day(found: Mapping[UUID, Figure], day: Day) -> Figure | None:
    return found.get(day.id) if day.id else None
