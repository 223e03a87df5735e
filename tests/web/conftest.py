"""Who and what the tests of pages have in common."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from psycopg import Connection

from tests.support.programs import Program
from tests.support.restaurants import Restaurant
from tests.support.servers import Addresses
from tests.support.till import Till, open_till
from tests.terminal_process import TerminalProcess


@pytest.fixture
def bistro(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    """A restaurant of the test's own: what it has and who works there changes."""
    return new_restaurant()


@pytest.fixture
def program(app: Flask, bistro: Restaurant) -> Program:
    """A program that calls the bistro."""
    return Program(app, bistro)


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TerminalProcess]:
    with TerminalProcess(tmp_path_factory.mktemp("terminal")) as process:
        yield process


@pytest.fixture
def till(
    bistro: Restaurant,
    terminal: TerminalProcess,
    owner_connection: Connection,
    addresses: Addresses,
    drain: Callable[..., None],
) -> Iterator[Till]:
    """The bistro's till, with a real terminal beside it."""
    with open_till(bistro, terminal, owner_connection, addresses.owner_url, drain) as opened:
        yield opened
