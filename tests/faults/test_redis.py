"""Redis that forgets, dies, freezes or cannot be reached: orders go on, boards catch up."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from uuid import UUID

import pytest

from app.core.db import end_reading
from app.core.ids import new_id
from app.kitchen import queries
from bench.figures import percentile
from tests.support.evening import Evening
from tests.support.live import eventually
from tests.support.recovery import Recovery
from tests.support.stage import Stage
from tests.support.watcher import Watcher

pytestmark = pytest.mark.faults

OUTAGE_S = 6.0
BOARD_WITHIN_S = 3.0
DRAINED_WITHIN_S = 10.0
POST_P99_S = 2.0  # under 1 s where this machine does nothing else

REACHED = "SELECT value FROM location_counter WHERE location_id = %s AND kind = 'seq'"
UNDONE = """
SELECT handler FROM outbox WHERE tenant_id = %s AND id < %s AND seq IS NULL
AND done_at IS NULL AND coalesce(not_before, created_at) <= now()
"""


@pytest.mark.parametrize("kind", ["killed", "frozen", "unreachable"])
def test_orders_go_on_without_redis(evening: Evening, recovery: Recovery, kind: str) -> None:
    outage = outages(evening.stage)[kind]
    kitchen = evening.restaurant.stations["Kitchen"]
    newcomer = evening.till("alice")
    with Watcher(evening.stage.live, evening.restaurant, f"kitchen:{kitchen}") as board:
        with evening.rush():
            began = time.monotonic()
            with outage():
                while time.monotonic() < began + OUTAGE_S:
                    newcomer.place()
                    what = f"board behind an order, Redis {kind}"
                    took = recovery.measure(what, lambda: catch_up(evening, board))
                    assert took <= BOARD_WITHIN_S
                posts = evening.journal.posts_s(began)
            drained = recovery.measure(f"drained, Redis {kind}", lambda: drain(evening))
        catch_up(evening, board)

    assert board.tickets == on_board(evening, kitchen)
    recovery.note(f"POST p99, Redis {kind}", percentile(posts, 99))
    assert percentile(posts, 99) < POST_P99_S
    assert drained <= DRAINED_WITHIN_S
    assert answered(evening) <= {200, 201, 302, 303}


def test_a_redis_that_forgets_everything_holds_nobody_up(
    evening: Evening, recovery: Recovery
) -> None:
    with evening.rush():
        for _ in range(3):
            evening.stage.servers.flush_redis()
            evening.wait_for_orders(2)
        recovery.measure("drained, Redis flushed", lambda: drain(evening))

    assert answered(evening) <= {200, 201, 302, 303}


def outages(stage: Stage) -> dict[str, Callable[[], AbstractContextManager[None]]]:
    @contextmanager
    def killed() -> Iterator[None]:
        stage.servers.stop_redis()
        try:
            yield
        finally:
            stage.servers.revive()

    return {
        "killed": killed,
        "frozen": stage.servers.frozen_redis,
        "unreachable": stage.redis.swallowing,
    }


def answered(evening: Evening) -> set[int]:
    """Every status; a kept connection that had been idle too long brings none."""
    return {status for status in evening.journal.statuses() if status is not None}


def catch_up(evening: Evening, board: Watcher) -> None:
    """Watch until the board shows all that is in the database now."""
    with evening.stage.look() as owner:
        row = owner.execute(REACHED, [evening.restaurant.location.id]).fetchone()
    assert row
    board.follow(row[0])


def on_board(evening: Evening, station_id: UUID) -> set[str]:
    """The tickets that belong on a station's board."""
    with evening.restaurant.inside():
        board = queries.board(evening.restaurant.location.id, station_id)
        end_reading()
    return {str(ticket.id) for ticket in board.tickets}


def drain(evening: Evening) -> None:
    """Wait until all that had to be done before now is done."""
    before = new_id()
    with evening.stage.look() as owner:
        eventually(
            lambda: not owner.execute(UNDONE, [evening.restaurant.tenant.id, before]).fetchall(),
            "what was to be done is done",
        )
