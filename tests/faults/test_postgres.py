"""PostgreSQL that dies, hangs up, freezes or cannot be reached: 503 meanwhile, then as before."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

import pytest

from app.core.ids import new_id
from app.core.patience import DEADLINE_S
from tests.support.journal import Journal, check_journal
from tests.support.live import eventually
from tests.support.recovery import Recovery
from tests.support.restaurants import Restaurant
from tests.support.rush import Rush, Till, open_till
from tests.support.stage import Stage
from tests.support.truth import offences, wait_until_done

pytestmark = pytest.mark.faults

BACK_WITHIN_S = 2.0
OUTAGE_S = 3.0


@dataclass
class Scene:
    """A restaurant with two clients at work, each with a till of its own."""

    stage: Stage
    restaurant: Restaurant
    journal: Journal = field(default_factory=Journal)

    def till(self, who: str = "bob") -> Till:
        return open_till(self.stage.live, self.restaurant, self.journal, who)

    @contextmanager
    def rush(self) -> Iterator[Rush]:
        """Clients at work; whatever happens meanwhile, all is true in the end."""
        with Rush([self.till("bob"), self.till("dan")], pause_s=0.1) as rush:
            self.wait_for_orders(2)
            yield rush
        assert rush.failures == []
        self.expect_truth()

    def wait_for_orders(self, more: int) -> None:
        """Wait for orders that are placed from now on."""
        wanted = self.journal.acknowledged("place") + more
        what = f"orders are placed, after {self.journal.statuses()}"
        eventually(lambda: self.journal.acknowledged("place") >= wanted, what)

    def expect_truth(self) -> None:
        """What was acknowledged is there, once; nothing but 503 was told in place of it."""
        with self.stage.look() as owner:
            tenant_id = self.restaurant.tenant.id
            wait_until_done(owner, tenant_id)
            assert check_journal(owner, tenant_id, self.journal, frozenset({503})) == []
        assert offences(self.stage.owner_url, tenant_id) == []

    def longest_s(self, since: float) -> float:
        """The longest that anybody waited for an answer of any kind."""
        return max(e.took_s for e in self.journal.entries if e.began >= since)


@pytest.fixture
def scene(stage: Stage) -> Scene:
    return Scene(stage, stage.open_restaurant(f"pg-{new_id().hex[-12:]}"))


def test_a_server_that_dies_is_back_in_two_seconds(scene: Scene, recovery: Recovery) -> None:
    with scene.rush():
        scene.stage.servers.stop_postgres()
        time.sleep(OUTAGE_S)
        scene.stage.servers.revive()

        took = recovery.measure("PostgreSQL restarted", lambda: scene.wait_for_orders(2))

    assert took <= BACK_WITHIN_S
    assert scene.journal.statuses()[503] > 0


def test_connections_that_the_server_ends_are_replaced(scene: Scene, recovery: Recovery) -> None:
    with scene.rush():
        for _ in range(3):
            assert scene.stage.servers.terminate_backends() > 0

            took = recovery.measure("backends ended", lambda: scene.wait_for_orders(2))
            assert took <= BACK_WITHIN_S


@pytest.fixture(params=["frozen", "unreachable", "refused"])
def outage(
    request: pytest.FixtureRequest, stage: Stage
) -> Callable[[], AbstractContextManager[None]]:
    """A server that takes no more part, in one way or another, for as long as a block runs."""
    if request.param == "frozen":
        return stage.servers.frozen_postgres
    breaks = stage.database.blackhole if request.param == "unreachable" else stage.database.cut

    @contextmanager
    def broken() -> Iterator[None]:
        breaks()
        try:
            yield
        finally:
            stage.database.heal()

    return broken


def test_a_server_that_does_not_answer_is_given_up_in_time(
    scene: Scene,
    outage: Callable[[], AbstractContextManager[None]],
    recovery: Recovery,
    request: pytest.FixtureRequest,
) -> None:
    kind = request.node.callspec.params["outage"]
    with scene.rush():
        began = time.monotonic()
        with outage():
            time.sleep(DEADLINE_S + 2)

        took = recovery.measure(f"PostgreSQL {kind}", lambda: scene.wait_for_orders(2))

    recovery.note(f"longest wait for an answer, PostgreSQL {kind}", scene.longest_s(began))
    assert scene.journal.statuses()[503] > 0
    assert scene.longest_s(began) < DEADLINE_S + 2
    assert took <= BACK_WITHIN_S


def test_a_commit_that_nobody_heard_of_is_found_by_the_repeat(
    scene: Scene, recovery: Recovery
) -> None:
    till = scene.till()
    for _ in range(3):
        lost = scene.stage.database.lose_answer(b"COMMIT")

        took = recovery.measure("commit acknowledged to nobody", till.place)

        assert lost.is_set()
        assert took <= BACK_WITHIN_S
    assert scene.journal.statuses()[503] > 0
    scene.expect_truth()
