"""PostgreSQL that dies, hangs up, freezes or cannot be reached: 503 meanwhile, then as before."""

import time
from functools import partial

import pytest

from app.core.ids import new_id
from app.core.patience import DEADLINE_S
from tests.support.evening import Evening
from tests.support.recovery import Recovery
from tests.support.rush import Till

pytestmark = pytest.mark.faults

BACK_WITHIN_S = 2.0
OUTAGE_S = 3.0


def longest_s(evening: Evening, since: float) -> float:
    """The longest that anybody waited for an answer that came, or did not, after `since`."""
    return max(e.took_s for e in evening.journal.entries if e.began + e.took_s >= since)


@pytest.fixture
def newcomer(evening: Evening) -> Till:
    """Somebody who does nothing while the database is away, and asks when it is back."""
    return evening.till("alice")


def test_a_server_that_dies_is_back_in_two_seconds(
    evening: Evening, newcomer: Till, recovery: Recovery
) -> None:
    with evening.rush():
        evening.stage.servers.stop_postgres()
        time.sleep(OUTAGE_S)
        evening.stage.servers.revive()

        took = recovery.measure("PostgreSQL restarted", newcomer.place)

    assert took <= BACK_WITHIN_S
    assert evening.journal.statuses()[503] > 0


def test_connections_that_the_server_ends_are_replaced(
    evening: Evening, newcomer: Till, recovery: Recovery
) -> None:
    with evening.rush():
        for _ in range(3):
            assert evening.stage.servers.terminate_backends() > 0

            took = recovery.measure("backends ended", newcomer.place)
            assert took <= BACK_WITHIN_S


@pytest.mark.parametrize("kind", ["frozen", "unreachable", "refused"])
def test_a_server_that_does_not_answer_is_given_up_in_time(
    evening: Evening, newcomer: Till, recovery: Recovery, kind: str
) -> None:
    outage = {
        "frozen": evening.stage.servers.frozen_postgres,
        "unreachable": evening.stage.database.swallowing,
        "refused": evening.stage.database.refusing,
    }[kind]
    with evening.rush():
        began = time.monotonic()
        with outage():
            time.sleep(DEADLINE_S + 1)

        took = recovery.measure(f"PostgreSQL {kind}", newcomer.place)

    longest = longest_s(evening, began)
    recovery.note(f"longest wait for an answer, PostgreSQL {kind}", longest)
    assert evening.journal.statuses()[503] > 0
    assert longest < DEADLINE_S + 2
    assert took <= BACK_WITHIN_S


def test_a_commit_that_nobody_heard_of_is_found_by_the_repeat(
    evening: Evening, recovery: Recovery
) -> None:
    till = evening.till()
    for _ in range(3):
        key = new_id()
        lost = evening.stage.database.lose_answer(str(key).encode(), b"COMMIT")

        took = recovery.measure("commit acknowledged to nobody", partial(till.place, key=key))

        assert lost.is_set()
        assert took <= BACK_WITHIN_S
    assert evening.journal.statuses()[503] > 0
    evening.expect_truth()
