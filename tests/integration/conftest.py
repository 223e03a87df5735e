"""Fixtures of the integration tests."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.runtime.services import Services
from tests.support.restaurants import Restaurant

Attach = Callable[[], Services]


@pytest.fixture
def bistro(new_restaurant: Callable[..., Restaurant]) -> Iterator[Restaurant]:
    """A restaurant of its own: its stock is known."""
    restaurant = new_restaurant()
    with restaurant.inside():
        yield restaurant


@pytest.fixture
def data_dir() -> Iterator[Path]:
    # Root's servers run as another account, which cannot enter pytest's 0700 folders.
    path = Path(tempfile.gettempdir()) / f"nibblix-test-{os.getpid()}-{time.monotonic_ns()}"
    yield path
    shutil.rmtree(path)


@pytest.fixture
def attach(data_dir: Path) -> Iterator[Attach]:
    """Makes users of the one data folder; all leave at the end, and the servers stop."""
    users: list[Services] = []

    def one_more() -> Services:
        users.append(Services(data_dir, durable=False))
        return users[-1]

    yield one_more
    one_more().up()
    assert [user.down() for user in users][-1]
