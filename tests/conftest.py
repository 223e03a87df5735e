"""Fixtures that every suite shares. Nothing starts before a test asks for it.

Tests commit, each worker in a database of its own: what keeps them apart is that each makes
its own orders, tables or restaurant (`new_restaurant`), never a rollback.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from flask import Flask
from psycopg import Connection, connect

from app.core.db import db
from app.core.ids import new_id
from app.core.settings import load_settings
from app.factory import create_app
from app.identity import passwords
from app.identity.actor import Actor
from tests.support import background, recorder, servers, visitor
from tests.support.live import Live
from tests.support.restaurants import (
    DINER,
    TRATTORIA,
    Cast,
    Person,
    Plan,
    Restaurant,
    open_restaurant,
)
from tests.support.servers import Addresses
from tests.support.till import Till, open_till
from tests.support.visitor import Visitor
from tests.terminal_process import TerminalProcess


@pytest.fixture(scope="session")
def addresses() -> Iterator[Addresses]:
    """This worker's migrated database and its Redis database, on servers that all share."""
    with servers.worker_addresses() as found:
        yield found


@pytest.fixture(scope="session")
def app(addresses: Addresses) -> Iterator[Flask]:
    """The application, logged in as the restricted role; it hashes secrets quickly.

    It lets everybody try as often as a suite does: limits have tests of their own.
    """
    made = create_app(load_settings(addresses.environment))
    made.extensions["limits"].enabled = False
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(1, 8, 1))
        yield made
    with made.app_context():
        db.engine.dispose()
    made.extensions["redis"].close()


@pytest.fixture(scope="session")
def trattoria(app: Flask) -> Restaurant:
    """The restaurant of Alice, Bob, Carol and Dan: EUR, prices include tax."""
    return open_restaurant(app, TRATTORIA, "trattoria")


@pytest.fixture(scope="session")
def diner(app: Flask) -> Restaurant:
    """The restaurant of Charlie: USD, tax on top of prices."""
    return open_restaurant(app, DINER, "diner")


@pytest.fixture(scope="session")
def cast(trattoria: Restaurant, diner: Restaurant) -> Cast:
    """The fixed cast."""
    return Cast(**trattoria.people, **diner.people)


@pytest.fixture(scope="session")
def new_restaurant(app: Flask) -> Callable[..., Restaurant]:
    """`new_restaurant()` opens one more, for a test that needs a tenant of its own."""

    def open_one(plan: Plan = TRATTORIA) -> Restaurant:
        return open_restaurant(app, plan, f"r-{new_id().hex[-12:]}")

    return open_one


@pytest.fixture
def house(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    """A restaurant of the test's own, unless its module has another one."""
    return new_restaurant()


@pytest.fixture
def in_tenant(trattoria: Restaurant) -> Iterator[Restaurant]:
    """The test runs in an application context inside the trattoria's tenant."""
    with trattoria.inside():
        yield trattoria


@pytest.fixture(scope="session")
def as_actor() -> Callable[[Person], Actor]:
    """`as_actor(cast.bob)` is Bob as commands know him."""
    return lambda person: person.actor


@pytest.fixture(scope="session")
def owner_connection(addresses: Addresses) -> Iterator[Connection]:
    """The schema's owner, past row-level security: for looking, never for acting."""
    with connect(addresses.owner_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module", autouse=True)
def first_id() -> UUID:
    """Ids sort by time: what this module makes comes after this one."""
    return new_id()


@pytest.fixture
def drain(app: Flask, owner_connection: Connection, first_id: UUID) -> Callable[..., None]:
    """`drain()` relays and carries out jobs here until nothing of this module is due."""

    def run(*, failures: bool = False) -> None:
        background.drain(app, owner_connection, first_id, failures=failures)

    return run


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TerminalProcess]:
    """A simulated card terminal in a process of its own."""
    with TerminalProcess(tmp_path_factory.mktemp("terminal")) as process:
        yield process


@pytest.fixture
def till(
    house: Restaurant,
    terminal: TerminalProcess,
    owner_connection: Connection,
    addresses: Addresses,
    drain: Callable[..., None],
) -> Iterator[Till]:
    """The house's till, with a real terminal beside it."""
    with open_till(house, terminal, owner_connection, addresses.owner_url, drain) as opened:
        yield opened


@pytest.fixture
def query_recorder(app: Flask) -> Callable[[], AbstractContextManager[list[str]]]:
    """`with query_recorder() as queries:` collects the statements of the block."""
    return lambda: recorder.record_queries(app)


@pytest.fixture
def client_of(app: Flask) -> Callable[[Person | None], Visitor]:
    """`client_of(cast.bob)` has signed in through the form; `client_of(None)` has not."""
    return lambda person: visitor.signed_in(app, person) if person else Visitor(app)


@pytest.fixture(scope="module")
def live(
    addresses: Addresses,
    tmp_path_factory: pytest.TempPathFactory,
    owner_connection: Connection,
) -> Iterator[Live]:
    """Every process of `make run`, on this worker's database, for one module."""
    processes = Live(addresses, tmp_path_factory.mktemp("live"))
    try:
        processes.start()
        yield processes
    finally:
        processes.close()
        # What the killed processes had in hand is free again, for the tests that come after.
        owner_connection.execute(
            "UPDATE outbox SET sent_at = NULL, leased_until = NULL"
            " WHERE done_at IS NULL AND seq IS NULL AND sent_at IS NOT NULL"
        )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show how long it took after each fault to be right again."""
    lines = [
        str(line)
        for report in terminalreporter.getreports("")  # a test's end: it passed, and so did it
        for name, line in report.user_properties
        if name == "recovery"
    ]
    if lines:
        terminalreporter.section("recovery")
        for line in sorted(lines):
            terminalreporter.line(line)
