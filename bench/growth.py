"""Growth: the same order and the same board with little and with much around them.

Three databases hold 1 tenant, some and many, with up to a million orders; a request is made in
each by turns, in this process, so that what disturbs the machine disturbs all alike.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from psycopg import Connection, connect
from psycopg.conninfo import make_conninfo

from app.core.db import db
from app.core.settings import load_settings
from app.factory import create_app
from bench.figures import Figure, percentile
from bench.placing import LINES, PLENTY, place_here
from bench.scene import Scene
from tests.support.copies import Copies
from tests.support.restaurants import TRATTORIA, Restaurant, open_restaurant
from tests.support.trade import Wanted, order
from tests.support.visitor import Visitor, signed_in

# How many tenants, and how many orders in all.
QUICK = ((1, 1_000), (50, 20_000))
FULL = ((1, 1_000), (200, 100_000), (2_000, 1_000_000))
ROUNDS = 300
WARM_UP = 20
OPEN_ORDERS = 12  # on the board, in each
BUMP_ALL = (
    "UPDATE ticket SET state = 'bumped', bumped_at = now() - interval '1 min'"
    " WHERE state <> 'bumped'"
)


def measure(scene: Scene) -> list[Figure]:
    """The growth of placing and of the board, each as the largest ÷ the smallest."""
    sizes = QUICK if scene.is_quick else FULL
    with ExitStack() as stack:
        towns = [stack.enter_context(_town(scene, *size)) for size in sizes]
        places = _by_turns([town.place for town in towns], scene.pick(60, ROUNDS))
        for town in towns:
            town.clear_board()
        boards = _by_turns([town.board for town in towns], scene.pick(60, ROUNDS))
    of_placing, of_board = places[-1] / places[0], boards[-1] / boards[0]
    most = f"{sizes[-1][0]:,} tenants and {sizes[-1][1]:,} orders"
    return [
        Figure(
            key="growth_ratio",
            value=max(of_placing, of_board),
            unit="×",
            floor=1,
            at_most=1.15,
            says=f"p50 with {most} ÷ with 1 and 1,000: the larger of placing and board",
        ),
        Figure(key="growth_place", value=of_placing, unit="×", floor=1, says="placing an order"),
        Figure(key="growth_board", value=of_board, unit="×", floor=1, says="a kitchen board"),
        *(
            Figure(
                key=f"growth_place_ms_{orders}",
                value=found * 1000,
                unit="ms",
                says=f"placing with {tenants:,} tenants, {orders:,} orders",
            )
            for (tenants, orders), found in zip(sizes, places, strict=True)
        ),
    ]


class _Town:
    """One database, with the restaurant that is measured in it."""

    def __init__(self, visitor: Visitor, restaurant: Restaurant, admin: Connection) -> None:
        self._visitor, self._restaurant, self._admin = visitor, restaurant, admin

    def place(self) -> None:
        """One order by one POST."""
        place_here(self._visitor, self._restaurant)

    def board(self) -> None:
        """The kitchen's board as a page."""
        answer = self._visitor.client.get(f"{self._restaurant.url}/kitchen/kitchen")
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.status}")

    def clear_board(self) -> None:
        """Leave as many tickets open as a kitchen has in a rush."""
        self._admin.execute(BUMP_ALL)
        for _ in range(OPEN_ORDERS):
            self.place()


@contextmanager
def _town(scene: Scene, tenants: int, orders: int) -> Iterator[_Town]:
    addresses = scene.own.another_database(f"growth_{orders}")
    app = create_app(load_settings(addresses.environment))
    restaurant = open_restaurant(app, TRATTORIA, f"town-{orders}")
    with restaurant.inside():
        order(restaurant, *(Wanted(name, 1, modifiers) for name, modifiers in LINES))
    admin_url = make_conninfo(addresses.admin_url, dbname=f"growth_{orders}")
    with connect(admin_url, autocommit=True) as admin:
        admin.execute(PLENTY)
        Copies(admin, restaurant.tenant.id).copy(range(tenants), orders // tenants)
        town = _Town(signed_in(app, restaurant.people["alice"]), restaurant, admin)
        town.clear_board()
        try:
            yield town
        finally:
            with app.app_context():
                db.engine.dispose()
            app.extensions["redis"].close()


def _by_turns(acts: Sequence[Callable[[], None]], rounds: int) -> list[float]:
    """The median of each, in seconds."""
    times: list[list[float]] = [[] for _ in acts]
    for turn in range(rounds + WARM_UP):
        for act, taken in zip(acts, times, strict=True):
            began = time.perf_counter()
            act()
            if turn >= WARM_UP:
                taken.append(time.perf_counter() - began)
    return [percentile(taken, 50) for taken in times]
