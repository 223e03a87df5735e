"""Nights in which clocks change, the cut-off, and tablets whose clock is wrong."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from psycopg import Connection

from app.core import clock
from app.core.ids import new_id
from tests.support.restaurants import Restaurant
from tests.support.servers import Addresses
from tests.support.trade import order
from tests.support.truth import offences
from tests.support.visitor import Visitor

ROME = ZoneInfo("Europe/Rome")  # the cut-off of the sample restaurant is 04:00
DAY = timedelta(days=1)


def at(day: date, hour: int, minute: int, *, fold: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ROME, fold=fold)


def numbers(owner: Connection, house: Restaurant) -> dict[date, list[int]]:
    """The numbers of the orders by their business day."""
    found = owner.execute(
        "SELECT d.date, array_agg(o.number ORDER BY o.opened_at) FROM orders o"
        " JOIN business_day d ON d.tenant_id = o.tenant_id AND d.id = o.business_day_id"
        " WHERE o.tenant_id = %s GROUP BY 1",
        [house.tenant.id],
    )
    return dict(found.fetchall())


SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)


@pytest.mark.parametrize(
    ("sunday", "night"),
    [
        pytest.param(
            SPRING,
            [at(SPRING, 1, 59), at(SPRING, 3, 0), at(SPRING, 3, 59)],
            id="an hour is left out",
        ),
        pytest.param(
            AUTUMN,
            [at(AUTUMN, 2, 30), at(AUTUMN, 2, 0, fold=1), at(AUTUMN, 2, 30, fold=1)],
            id="an hour comes twice",
        ),
    ],
)
def test_the_night_of_a_clock_change_belongs_to_the_evening_before(
    house: Restaurant,
    owner_connection: Connection,
    addresses: Addresses,
    sunday: date,
    night: list[datetime],
) -> None:
    evening, morning = at(sunday - DAY, 22, 0), at(sunday, 4, 0)
    for moment in (evening, *night, morning):
        with clock.use(moment.astimezone(ZoneInfo("UTC"))), house.inside():
            order(house, "Espresso")

    assert numbers(owner_connection, house) == {sunday - DAY: [1, 2, 3, 4], sunday: [1]}
    assert offences(addresses.owner_url, house.tenant.id) == []


@pytest.mark.parametrize("off", [-DAY, DAY])
def test_a_tablet_whose_clock_is_a_day_off_changes_no_time(
    house: Restaurant,
    client_of: Callable[..., Visitor],
    owner_connection: Connection,
    off: timedelta,
) -> None:
    alice = client_of(house.people["alice"])
    alice.get(f"{house.url}/floor")
    wrong = clock.now() + off
    line = {"line_id": str(new_id()), "variant_id": str(house.variants["Espresso"])}
    body = {
        "order_id": str(new_id()),
        "service_type": "takeaway",
        "lines": [line],
        **dict.fromkeys(("at", "opened_at", "placed_at", "business_date"), wrong.isoformat()),
    }
    headers = {"X-CSRFToken": alice.token, "Accept": "application/json"}
    headers["Date"] = wrong.strftime("%a, %d %b %Y %H:%M:%S GMT")
    before = clock.now()

    answer = alice.client.post(f"{house.url}/api/orders", json=body, headers=headers)

    assert answer.status_code == 201
    times = owner_connection.execute(
        "SELECT o.opened_at, o.placed_at, l.added_at, d.opened_at FROM orders o"
        " JOIN order_line l ON l.tenant_id = o.tenant_id AND l.order_id = o.id"
        " JOIN business_day d ON d.tenant_id = o.tenant_id AND d.id = o.business_day_id"
        " WHERE o.id = %s",
        [body["order_id"]],
    ).fetchone()
    assert times is not None
    assert all(before <= time <= clock.now() for time in times)
