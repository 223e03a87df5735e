"""Who is deactivated, or gets another role, watches no longer: real sockets, real processes."""

import time
from collections.abc import Callable, Iterator

import pytest
import websocket

from app.identity.staff import people
from app.identity.staff.people import Work
from tests.support.kitchen import view_of
from tests.support.live import Live
from tests.support.restaurants import Restaurant
from tests.support.servers import Addresses
from tests.support.staff import role_id
from tests.support.watcher import Watcher, token_of

AT_ONCE_S = 5.0
POLICY = 1008


@pytest.fixture(scope="module")
def live(addresses: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The processes that a socket needs."""
    processes = Live(addresses, tmp_path_factory.mktemp("leaving"))
    try:
        processes.start("stream", "relay")
        yield processes
    finally:
        processes.close()


def _deactivate(house: Restaurant) -> None:
    alice, bob = house.people["alice"], house.people["bob"]
    people.deactivate(alice.actor, bob.member_id)


def _give_another_role(house: Restaurant) -> None:
    alice, bob = house.people["alice"], house.people["bob"]
    work = Work(name="Bob", role_id=role_id("stock_clerk"))
    people.change(alice.actor, bob.member_id, work)


@pytest.mark.parametrize("act", [_deactivate, _give_another_role])
def test_open_sockets_end_within_five_seconds(
    act: Callable[[Restaurant], None], live: Live, new_restaurant: Callable[..., Restaurant]
) -> None:
    house = new_restaurant()
    bob = house.people["bob"]
    tokens = [token_of(house, bob) for _ in range(2)]
    carol = Watcher(live, house, view_of(house))
    bobs = [Watcher(live, house, "floor", token=token) for token in tokens]
    with carol, bobs[0], bobs[1]:
        for screen in (carol, *bobs):
            screen.take()
        with house.inside():
            act(house)
        began = time.monotonic()

        codes = [screen.close_code() for screen in bobs]

        assert time.monotonic() - began < AT_ONCE_S
        assert codes == [POLICY, POLICY]
        assert carol.take()
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        Watcher(live, house, "floor", token=tokens[0])
    assert refused.value.status_code == 401
