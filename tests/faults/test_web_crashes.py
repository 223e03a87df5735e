"""A page server that dies in the middle of an order: the repeat gets one order and one answer."""

from collections.abc import Callable

import pytest
from psycopg import Connection

from tests.support.journal import Journal, check_journal
from tests.support.live import Live
from tests.support.recovery import Recovery
from tests.support.restaurants import Restaurant
from tests.support.rush import open_till
from tests.support.servers import Addresses
from tests.support.truth import offences, wait_until_done

pytestmark = pytest.mark.faults

BACK_WITHIN_S = 5.0


@pytest.mark.parametrize("point", ["after-idempotency-insert", "before-commit", "after-commit"])
def test_an_order_outlives_the_process_that_took_it(
    live: Live,
    new_restaurant: Callable[..., Restaurant],
    owner_connection: Connection,
    addresses: Addresses,
    recovery: Recovery,
    rounds: int,
    point: str,
) -> None:
    restaurant, journal = new_restaurant(), Journal()
    till = open_till(live, restaurant, journal)
    for _ in range(rounds):
        live.arm("web", point)
        assert recovery.measure(f"web killed {point}", till.place) <= BACK_WITHIN_S
        assert not live.is_armed("web", point)
    till.browser.close()

    tenant_id = restaurant.tenant.id
    wait_until_done(owner_connection, tenant_id)
    assert check_journal(owner_connection, tenant_id, journal, frozenset()) == []
    assert journal.acknowledged("place") == len(journal.gestures) == rounds
    assert offences(addresses.owner_url, tenant_id) == []
