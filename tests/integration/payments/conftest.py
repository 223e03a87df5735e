"""A till with a real terminal beside it."""

from collections.abc import Callable, Iterator

import pytest
from psycopg import Connection

from tests.support.restaurants import Restaurant
from tests.support.servers import Addresses
from tests.support.till import Till, open_till
from tests.terminal_process import TerminalProcess


@pytest.fixture(scope="session")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TerminalProcess]:
    with TerminalProcess(tmp_path_factory.mktemp("terminal")) as process:
        yield process


@pytest.fixture(scope="session")
def bistro(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    """A restaurant that nobody else takes money in."""
    return new_restaurant()


@pytest.fixture
def till(
    bistro: Restaurant,
    terminal: TerminalProcess,
    owner_connection: Connection,
    addresses: Addresses,
    drain: Callable[..., None],
) -> Iterator[Till]:
    with open_till(bistro, terminal, owner_connection, addresses.owner_url, drain) as opened:
        yield opened
