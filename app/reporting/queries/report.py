"""The report of one business day, each part read apart and compared with the ledger."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from app.reporting.queries.days import get_day
from app.reporting.queries.documents import Papers, Sold, Taxed, papers, papers_of, sold, taxed
from app.reporting.queries.ledger import Ledger, in_order, ledger_of, ledgers
from app.reporting.queries.money import Check, Tender, checks, items_check, tenders
from app.reporting.queries.service import Voids, orders_placed, voids
from app.tenancy.queries import LocationView


@dataclass(frozen=True, kw_only=True)
class CategorySales:
    """What one category sold."""

    name: str
    quantity: Decimal
    gross_minor: int
    discount_minor: int
    net_minor: int


@dataclass(frozen=True, kw_only=True)
class RateTax:
    """One tax rate: the net it applies to, tax on sales, and what refunds took back of it."""

    name: str
    percent: Decimal
    base_minor: int
    sold_minor: int
    refunded_minor: int

    @property
    def due_minor(self) -> int:
        """Tax on sales less tax refunded."""
        return self.sold_minor + self.refunded_minor


@dataclass(frozen=True, kw_only=True)
class DayReport:
    """A business day. Amounts of refunds are negative."""

    date: dt.date
    ledger: Ledger
    sales: Papers
    refunds: Papers
    orders: int
    categories: tuple[CategorySales, ...]
    items: tuple[Sold, ...]
    taxes: tuple[RateTax, ...]
    tenders: tuple[Tender, ...]
    voids: Voids
    hours: tuple[tuple[int, int], ...]
    checks: tuple[Check, ...]

    @property
    def day_before(self) -> dt.date:
        """The date before this one."""
        return self.date - dt.timedelta(days=1)

    @property
    def day_after(self) -> dt.date:
        """The date after this one."""
        return self.date + dt.timedelta(days=1)

    @property
    def discounts_minor(self) -> int:
        """All discounts on what was sold, in the prices' own terms (with tax where included)."""
        return sum(item.discount_minor for item in self.items)

    @property
    def agrees(self) -> bool:
        """Whether every part equals the ledger to the cent."""
        return all(check.agrees for check in self.checks)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was sold, paid or refunded."""
        return self.ledger.is_empty and not self.sales.count and not self.tenders


def day_report(location: LocationView, on: dt.date) -> DayReport:
    """Read the business day of a date, in a fixed number of queries."""
    day = get_day(location, on)
    ledger = ledger_of(ledgers(location, [day]), day)
    found = papers(location, [day])
    sales, refunds = papers_of(found, day, "sale"), papers_of(found, day, "refund")
    items, taken = sold(location, day), tenders(location, day)
    by_hour = ledger.net_by_hour()
    placed = orders_placed(location, [day])
    return DayReport(
        date=on,
        ledger=ledger,
        sales=sales,
        refunds=refunds,
        orders=placed.get(day.id, 0) if day.id else 0,
        categories=_categories(items),
        items=items,
        taxes=_taxes(taxed(location, day), ledger.tax_of("refund")),
        tenders=taken,
        voids=voids(location, day),
        hours=tuple((h, by_hour.get(h, 0)) for h in in_order(by_hour, location.cut_off.hour)),
        checks=(*checks(ledger, sales, refunds, taken), items_check(ledger, items, refunds)),
    )


def _categories(items: Iterable[Sold]) -> tuple[CategorySales, ...]:
    """Sums of items by category, highest net first."""
    by_name: dict[str, list[Sold]] = {}
    for item in items:
        by_name.setdefault(item.category, []).append(item)
    found = [
        CategorySales(
            name=name,
            quantity=sum((item.quantity for item in members), Decimal()),
            gross_minor=sum(item.gross_minor for item in members),
            discount_minor=sum(item.discount_minor for item in members),
            net_minor=sum(item.net_minor for item in members),
        )
        for name, members in by_name.items()
    ]
    return tuple(sorted(found, key=lambda category: (-category.net_minor, category.name)))


def _taxes(rates: Iterable[Taxed], refunded: dict[UUID, int]) -> tuple[RateTax, ...]:
    """By name and rate: two tax classes may have the same."""
    found: dict[tuple[str, Decimal], RateTax] = {}
    for rate in rates:
        key = (rate.name, rate.percent)
        so_far = found.get(key) or RateTax(
            name=rate.name,
            percent=rate.percent,
            base_minor=0,
            sold_minor=0,
            refunded_minor=0,
        )
        found[key] = replace(
            so_far,
            base_minor=so_far.base_minor + rate.base_minor,
            sold_minor=so_far.sold_minor + rate.amount_minor,
            refunded_minor=so_far.refunded_minor + refunded.get(rate.rate_id, 0),
        )
    return tuple(found.values())
