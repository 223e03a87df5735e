"""A card terminal that hangs, breaks off or answers twice: charged once, and all else goes on."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from uuid import UUID

import pytest
from psycopg import Connection

from app.payments.http_terminal import HttpTerminal
from tests.support.books import check_books
from tests.support.journal import Journal, check_journal
from tests.support.live import Live, eventually
from tests.support.recovery import Recovery
from tests.support.restaurants import Restaurant
from tests.support.rush import Till, open_till
from tests.support.servers import Addresses
from tests.support.terminal import behave

pytestmark = pytest.mark.faults

PAYMENT = "SELECT state FROM payment WHERE bill_id = %s"
HISTORY = (
    "SELECT to_state FROM state_change JOIN payment ON payment.id = subject_id"
    " WHERE bill_id = %s ORDER BY at, state_change.id"
)
FIRED = "SELECT 1 FROM ticket WHERE order_id = %s"
FIRED_WITHIN_S = 5.0


@pytest.fixture
def till(
    live: Live,
    new_restaurant: Callable[..., Restaurant],
    owner_connection: Connection,
    addresses: Addresses,
) -> Iterator[Till]:
    """Somebody who takes cards; afterwards the books agree with the terminal's own."""
    restaurant, journal = new_restaurant(), Journal()
    made = open_till(live, restaurant, journal)
    yield made
    made.browser.close()
    gateway = HttpTerminal(live.settings.terminal_url)
    check_books(addresses.owner_url, owner_connection, restaurant.tenant.id, gateway)
    assert check_journal(owner_connection, restaurant.tenant.id, journal, frozenset()) == []


def state_of(owner: Connection, bill_id: str) -> str:
    return str(owner.execute(PAYMENT, [UUID(bill_id)]).fetchall()[0][0])


def history_of(owner: Connection, bill_id: str) -> list[str]:
    return [str(row[0]) for row in owner.execute(HISTORY, [UUID(bill_id)])]


def has_ticket(owner: Connection, order_id: UUID) -> bool:
    return owner.execute(FIRED, [order_id]).fetchone() is not None


@pytest.mark.parametrize(
    ("mode", "seconds"),
    [("error_after_charge", 0), ("drop_after_charge", 0), ("twice", 0), ("slow", 3)],
)
def test_an_odd_terminal_charges_once(
    till: Till,
    live: Live,
    owner_connection: Connection,
    recovery: Recovery,
    mode: str,
    seconds: int,
) -> None:
    behave(live, mode, seconds)

    placed = till.place()
    till.pay(placed, "card")

    recovery.measure(
        f"terminal, {mode}",
        lambda: eventually(
            lambda: state_of(owner_connection, placed["bill_id"]) == "captured", "it is captured"
        ),
    )


def test_a_terminal_that_hangs_holds_up_nothing_but_cards(
    till: Till, live: Live, owner_connection: Connection, recovery: Recovery
) -> None:
    behave(live, "hang", 40)
    by_card = till.place()
    till.pay(by_card, "card")

    for _ in range(5):
        paid_first = till.place(service_type="takeaway")
        till.pay(paid_first)
        began = time.monotonic()
        eventually(
            partial(has_ticket, owner_connection, UUID(paid_first["order_id"])),
            "the kitchen begins",
            within=FIRED_WITHIN_S,
        )
        recovery.note("kitchen begins while the terminal hangs", time.monotonic() - began)

    began = time.monotonic()
    eventually(
        lambda: state_of(owner_connection, by_card["bill_id"]) == "cancelled", "known", within=60
    )
    recovery.note("terminal, hang", time.monotonic() - began)
    assert history_of(owner_connection, by_card["bill_id"]) == ["sending", "unknown", "cancelled"]
