"""Processes that die and a Redis that forgets: nothing is lost and nothing happens twice."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
import websocket
from psycopg import Connection, sql

from app.core.events import Wiring
from app.core.redis import connect
from app.ordering.commands import Placed
from tests.support.live import Live, eventually
from tests.support.recovery import Recovery
from tests.support.restaurants import Person, Restaurant
from tests.support.servers import Addresses
from tests.support.trade import Wanted, order, pay
from tests.support.truth import let_time_pass, offences, wait_until_done
from tests.support.visitor import Visitor
from tests.support.watcher import Watcher

pytestmark = pytest.mark.faults

FIRES_WHAT_IS_PAID = "ordering.fire_settled"
# A job counts as lost when it has waited 5 s; then the worker must have started too.
KITCHEN_WITHIN_S = 10.0


@dataclass(frozen=True)
class Scene:
    """A restaurant that is open, with its processes and a look past its tenant."""

    live: Live
    restaurant: Restaurant
    owner: Connection
    owner_url: str

    @property
    def queue(self) -> str:
        """The queue that carries the job which has the kitchen begin."""
        wiring: Wiring = self.restaurant.app.extensions["wiring"]
        return wiring.jobs[FIRES_WHAT_IS_PAID].queue

    @property
    def worker(self) -> str:
        """The role that takes from that queue."""
        return f"worker-{self.queue}"

    def sell(self) -> Placed:
        """A takeaway is ordered and paid; the worker has the kitchen begin."""
        with self.restaurant.inside():
            placed = order(
                self.restaurant,
                Wanted("Margherita", 2, ("Extra cheese",)),
                "Espresso",
                service_type="takeaway",
            )
            pay(self.restaurant, placed)
        return placed

    def count(self, table: str, order_id: UUID) -> int:
        statement = sql.SQL("SELECT count(*) FROM {} WHERE order_id = %s")
        found = self.owner.execute(statement.format(sql.Identifier(table)), [order_id]).fetchone()
        return int(found[0]) if found else 0

    def tickets_of(self, placed: Placed) -> set[str]:
        """The ids of an order's tickets."""
        rows = self.owner.execute(
            "SELECT id::text FROM ticket WHERE order_id = %s", [placed.order_id]
        )
        return {row[0] for row in rows}

    def expect_done_once(self, placed: Placed) -> None:
        """Fired once, one ticket for each of the two stations, and every invariant holds."""
        wait_until_done(self.owner, self.restaurant.tenant.id)
        assert self.count("firing", placed.order_id) == 1
        assert self.count("ticket", placed.order_id) == 2
        assert offences(self.owner_url, self.restaurant.tenant.id, by_the_clock=True) == []


@pytest.fixture
def scene(
    live: Live,
    new_restaurant: Callable[..., Restaurant],
    owner_connection: Connection,
    addresses: Addresses,
) -> Iterator[Scene]:
    yield Scene(live, new_restaurant(), owner_connection, addresses.owner_url)
    for role in live.roles:
        if not live.is_running(role):
            live.start(role)


def test_what_is_paid_is_fired(scene: Scene) -> None:
    placed = scene.sell()

    scene.expect_done_once(placed)


@pytest.mark.parametrize("point", ["after-dequeue", "before-commit", "after-commit", "after-done"])
def test_a_worker_that_dies_at_its_job_does_it_once(
    scene: Scene, recovery: Recovery, rounds: int, point: str
) -> None:
    for index in range(rounds):
        scene.live.arm(scene.worker, point)
        placed = scene.sell()
        assert scene.live.wait_for_death(scene.worker) == -9
        began = time.monotonic()

        scene.live.start(scene.worker)
        if index:
            let_time_pass(scene.owner, scene.restaurant.tenant.id)

        scene.expect_done_once(placed)
        if not index:
            took = time.monotonic() - began
            recovery.note(f"worker killed {point}", took)
            assert took <= KITCHEN_WITHIN_S


def test_a_relay_that_dies_after_publishing_doubles_nothing(
    scene: Scene, recovery: Recovery, rounds: int
) -> None:
    for _ in range(rounds):
        scene.live.arm("relay", "after-publish")
        placed = scene.sell()
        assert scene.live.wait_for_death("relay") == -9
        began = time.monotonic()

        scene.live.start("relay")

        scene.expect_done_once(placed)
        recovery.note("relay killed after-publish", time.monotonic() - began)


def test_a_socket_process_that_dies_shows_all_again_once_it_is_back(
    scene: Scene, recovery: Recovery, rounds: int
) -> None:
    view = f"kitchen:{scene.restaurant.stations['Kitchen']}"
    for _ in range(rounds):
        with Watcher(scene.live, scene.restaurant, view) as board:
            board.take()
            scene.live.kill("stream")
            with pytest.raises((OSError, websocket.WebSocketException)):
                board.follow(sys.maxsize)
        placed = scene.sell()
        scene.expect_done_once(placed)
        began = time.monotonic()

        scene.live.start("stream")
        with Watcher(scene.live, scene.restaurant, view) as board:
            board.take()

        recovery.note("socket process killed", time.monotonic() - began)
        assert len(board.tickets & scene.tickets_of(placed)) == 1


def test_a_redis_that_forgets_loses_no_work(scene: Scene) -> None:
    scene.live.kill(scene.worker)
    placed = scene.sell()
    redis = connect(scene.live.settings.redis_url)
    eventually(lambda: redis.llen(f"rq:queue:{scene.queue}"), "the job waits in its queue")

    redis.flushdb()
    redis.close()
    scene.live.start(scene.worker)

    scene.expect_done_once(placed)


def test_a_redis_that_forgets_signs_nobody_out(
    scene: Scene, client_of: Callable[[Person], Visitor]
) -> None:
    visitor = client_of(scene.restaurant.people["bob"])

    redis = connect(scene.live.settings.redis_url)
    redis.flushdb()
    redis.close()

    visitor.get(f"/t/{scene.restaurant.tenant.slug}/account/menu")


def test_pages_are_served_again_after_a_kill(scene: Scene) -> None:
    scene.live.kill("web")

    scene.live.start("web")

    assert scene.live.is_running("web")
