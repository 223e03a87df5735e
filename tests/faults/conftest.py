"""What fault tests share: an installation that may be broken, and a place for recovery times."""

import os
from collections.abc import Callable, Iterator

import pytest

from app.core.ids import new_id
from tests.support.evening import Evening
from tests.support.recovery import Recovery
from tests.support.stage import Stage, open_stage


@pytest.fixture(scope="session")
def rounds() -> int:
    """How often a process is killed at one point: NIB_ROUNDS, as the soak does it more often."""
    return int(os.environ.get("NIB_ROUNDS", "3"))


@pytest.fixture
def recovery(record_property: Callable[[str, object], None]) -> Iterator[Recovery]:
    """`recovery.note("web, before-commit", seconds)`: shown after the test, and at the end."""
    made = Recovery()
    yield made
    for line in made.lines():
        print(line)  # noqa: T201 (pytest -rP shows it)
        record_property("recovery", line)


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """Servers of this worker's own, behind a network that can be broken."""
    with open_stage(durable=False) as made:
        yield made


@pytest.fixture
def evening(stage: Stage) -> Iterator[Evening]:
    """A restaurant of this test's own, on those servers."""
    made = Evening(stage, stage.open_restaurant(f"e-{new_id().hex[-12:]}"))
    yield made
    made.close()
