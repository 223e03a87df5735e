"""Dashboard, day report, receipts and ledger say the same, to the cent."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import insert

from app.core import clock
from app.core.db import execute, transaction
from app.core.ids import new_id
from app.core.tenant import current_tenant_id
from app.payments.models import Payment
from app.reporting import queries
from app.tenancy.commands import current_business_day, get_register_id
from tests.support.restaurants import DINER, TRATTORIA, Plan, Restaurant
from tests.support.takings import Takings, document_of, take_a_day
from tests.support.trade import order, owner_of, pay

NewRestaurant = Callable[..., Restaurant]
Recorder = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture(params=[TRATTORIA, DINER], ids=["tax included", "tax on top"])
def plan(request: pytest.FixtureRequest) -> Plan:
    found: Plan = request.param
    return found


@pytest.fixture
def day(plan: Plan, new_restaurant: NewRestaurant) -> Iterator[tuple[Restaurant, Takings]]:
    restaurant = new_restaurant(plan)
    with restaurant.inside():
        yield restaurant, take_a_day(restaurant)


def test_the_dashboard_agrees_with_the_ledger(day: tuple[Restaurant, Takings]) -> None:
    restaurant, _takings = day

    board = queries.dashboard(restaurant.location)

    ledger = board.now.ledger
    assert board.agrees
    assert ledger.net_minor == board.now.sales.net_minor + board.now.refunds.net_minor > 0
    assert ledger.tips_minor == 251
    assert ledger.unpaid_minor == -500  # paid ahead on the order that is still open
    assert ledger.tenders_minor == (
        ledger.net_minor + ledger.tax_minor + ledger.tips_minor - ledger.unpaid_minor
    )
    assert sum(tender.taken_minor for tender in board.tenders) == ledger.tenders_minor
    assert sum(hour.net_minor for hour in board.hours) == ledger.net_minor


def test_the_dashboard_counts_what_happens(day: tuple[Restaurant, Takings]) -> None:
    restaurant, takings = day

    board = queries.dashboard(restaurant.location)

    assert board.now.orders == 3
    assert board.now.sales.count == 2
    assert board.now.sales.average_minor == board.now.sales.net_minor // 2
    assert board.room.open_bills == 1
    assert board.room.open_minor == takings.still_open.total_minor - 500
    assert board.room.guests == 6
    assert board.then is None


def test_every_part_of_the_day_report_adds_up(day: tuple[Restaurant, Takings]) -> None:
    restaurant, _takings = day

    report = queries.day_report(restaurant.location, queries.today(restaurant.location))

    net = report.ledger.net_minor
    assert report.agrees
    assert sum(group.net_minor for group in report.categories) + report.refunds.net_minor == net
    assert sum(item.net_minor for item in report.items) + report.refunds.net_minor == net
    assert sum(rate.due_minor for rate in report.taxes) == report.ledger.tax_minor
    assert sum(tender.taken_minor for tender in report.tenders) == report.ledger.tenders_minor
    assert sum(amount for _hour, amount in report.hours) == net
    assert report.refunds.total_minor == -733
    assert (report.voids.count, report.voids.gross_minor, report.voids.made) == (1, 650, 1)


def test_the_report_equals_the_dashboard(day: tuple[Restaurant, Takings]) -> None:
    restaurant, _takings = day

    board = queries.dashboard(restaurant.location)
    report = queries.day_report(restaurant.location, board.date)

    assert report.ledger == board.now.ledger
    assert (report.sales, report.refunds) == (board.now.sales, board.now.refunds)
    assert report.tenders == board.tenders


def test_receipts_add_up_to_the_sales(day: tuple[Restaurant, Takings]) -> None:
    restaurant, takings = day
    papers = [
        queries.receipt(restaurant.location, document_of(placed))
        for placed in (takings.cash, takings.both)
    ]

    report = queries.day_report(restaurant.location, queries.today(restaurant.location))

    assert sum(paper.total_minor for paper in papers) == report.sales.total_minor
    for paper in papers:
        on_top = sum(tax.amount_minor for tax in paper.taxes if not tax.inclusive)
        assert sum(line.gross_minor for line in paper.lines) + on_top == paper.total_minor
        assert sum(tax.amount_minor for tax in paper.taxes) == paper.tax_minor
        assert sum(payment.amount_minor for payment in paper.payments) == paper.total_minor


def test_a_receipt_tells_how_it_was_paid(day: tuple[Restaurant, Takings]) -> None:
    restaurant, takings = day

    cash = queries.receipt(restaurant.location, document_of(takings.cash))
    both = queries.receipt(restaurant.location, document_of(takings.both))

    assert [(paid.tender, paid.change_minor) for paid in cash.payments] == [("cash", 137)]
    assert [(paid.tender, paid.card, paid.tip_minor) for paid in both.payments] == [
        ("cash", "", 0),
        ("card", "Visa 4242", 251),
    ]


def test_the_provisional_bill_says_what_is_left_to_pay(day: tuple[Restaurant, Takings]) -> None:
    restaurant, takings = day

    bill = queries.provisional(restaurant.location, takings.still_open.order_id)

    assert bill.paid_minor == 500
    assert bill.total_minor == takings.still_open.total_minor
    assert [line.name for line in bill.lines] == ["Fish of the day", "Water"]


def test_a_payment_that_was_never_posted_shows_as_a_difference(
    day: tuple[Restaurant, Takings],
) -> None:
    restaurant, takings = day
    location, now = restaurant.location, clock.now()
    with transaction():
        execute(
            insert(Payment).values(
                tenant_id=current_tenant_id(),
                id=new_id(),
                location_id=location.id,
                order_id=takings.cash.order_id,
                bill_id=takings.cash.bill_id,
                register_id=get_register_id(location.id),
                business_day_id=current_business_day(location, now),
                tender="card",
                state="captured",
                currency=location.currency,
                amount_minor=1,
                created_by=owner_of(restaurant).member_id,
                created_at=now,
                captured_at=now,
            )
        )

    board = queries.dashboard(location)

    assert [check.name for check in board.checks if not check.agrees] == ["card"]
    assert [check.difference_minor for check in board.checks if not check.agrees] == [-1]


def test_today_is_compared_with_last_week_up_to_this_time(new_restaurant: NewRestaurant) -> None:
    restaurant = new_restaurant()
    zone = restaurant.location.zone
    tomorrow = (clock.now().astimezone(zone) + timedelta(days=1)).date()
    noon = datetime.combine(tomorrow, time(12), zone).astimezone(UTC)
    week = timedelta(days=7)
    with restaurant.inside():
        early = _sell(restaurant, "Margherita", noon)
        late = _sell(restaurant, "Fish of the day", noon + timedelta(hours=3))
        _sell(restaurant, "Espresso", noon + week)

        with clock.use(noon + week + timedelta(hours=1)):
            board = queries.dashboard(restaurant.location)

    assert board.then is not None
    assert board.then.ledger.net_minor == early
    assert board.then.orders == 1
    assert [hour.hour for hour in board.hours] == [12, 13, 14, 15]
    assert [hour.then_minor for hour in board.hours] == [early, 0, 0, late]


def test_an_hour_after_midnight_stands_at_the_end_of_its_day(
    new_restaurant: NewRestaurant,
) -> None:
    restaurant = new_restaurant()
    zone = restaurant.location.zone
    tomorrow = (clock.now().astimezone(zone) + timedelta(days=1)).date()
    evening = datetime.combine(tomorrow, time(23, 10), zone).astimezone(UTC)
    with restaurant.inside():
        _sell(restaurant, "Margherita", evening)
        _sell(restaurant, "Margherita", evening + timedelta(hours=1))

        report = queries.day_report(restaurant.location, tomorrow)

    assert [hour for hour, _net in report.hours] == [23, 0]


def test_a_day_without_trade_is_empty_and_agrees(in_tenant: Restaurant) -> None:
    report = queries.day_report(in_tenant.location, datetime(2001, 1, 1, tzinfo=UTC).date())

    assert report.is_empty
    assert report.agrees
    assert report.sales.average_minor is None


def test_the_boards_ask_as_much_for_many_orders_as_for_one(
    new_restaurant: NewRestaurant, query_recorder: Recorder
) -> None:
    restaurant = new_restaurant()
    with restaurant.inside():
        take_a_day(restaurant)
        first = _queries(restaurant, query_recorder)
        for _ in range(3):
            take_a_day(restaurant)

        assert _queries(restaurant, query_recorder) == first
    assert first[0] <= 13
    assert first[1] <= 8


def _queries(restaurant: Restaurant, query_recorder: Recorder) -> tuple[int, int]:
    with query_recorder() as of_dashboard:
        queries.dashboard(restaurant.location)
    today = queries.today(restaurant.location)
    with query_recorder() as of_report:
        queries.day_report(restaurant.location, today)
    return len(of_dashboard), len(of_report)


def _sell(restaurant: Restaurant, name: str, at: datetime) -> int:
    """Sell one item in cash at an instant; returns its net."""
    with clock.use(at):
        placed = order(restaurant, name)
        pay(restaurant, placed)
        return queries.receipt(restaurant.location, document_of(placed)).net_minor
