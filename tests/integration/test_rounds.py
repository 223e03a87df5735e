"""What the clock does in every tenant: one's failure stays its own, and long work stops no beat."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from psycopg import Connection, connect

from app.audit.sealing import keep_trail
from app.core import clock, security
from app.core.clockwork import run_clock
from app.core.db import transaction
from app.core.events import Wiring
from app.core.ids import new_id
from app.core.outbox import later
from app.core.relay import sweep
from app.privacy.commands import closing, keeping
from app.privacy.queries import last_removal
from tests.support.restaurants import Restaurant
from tests.support.servers import Addresses
from tests.support.trade import owner_of

Pair = tuple[Restaurant, Restaurant]


@pytest.fixture
def pair(new_restaurant: Callable[..., Restaurant]) -> Pair:
    return new_restaurant(), new_restaurant()


def count(owner: Connection, table: str, house: Restaurant) -> int:
    statement = f"SELECT count(*) FROM {table} WHERE tenant_id = %s"
    row = owner.execute(statement.encode(), [house.tenant.id]).fetchone()
    assert row is not None
    return int(row[0])


@contextmanager
def holding(addresses: Addresses, table: str, house: Restaurant) -> Iterator[None]:
    """Somebody holds the house's rows of a table, for longer than the clock waits."""
    with connect(addresses.owner_url) as other:
        other.execute(
            f"SELECT FROM {table} WHERE tenant_id = %s FOR UPDATE".encode(), [house.tenant.id]
        )
        yield
        other.rollback()


def test_a_tenant_whose_rows_are_held_keeps_nobodys_entries_from_their_seals(
    app: Flask, pair: Pair, addresses: Addresses, owner_connection: Connection
) -> None:
    with app.app_context():
        keep_trail()
    for house in pair:
        with house.inside():
            security.note(security.DENIED, "member", house.people["bob"].member_id)

    for held in pair:
        with holding(addresses, "security_event", held), app.app_context():
            keep_trail()

    assert [count(owner_connection, "audit_unsealed", house) for house in pair] == [0, 0]


def test_a_job_that_somebody_holds_keeps_no_others_from_being_sent_again(
    app: Flask, pair: Pair, addresses: Addresses, owner_connection: Connection
) -> None:
    for house in pair:
        with house.inside(), transaction():
            later("inventory.show_left", {})
        owner_connection.execute(
            "UPDATE outbox SET sent_at = now() - interval '1 min' WHERE tenant_id = %s"
            " AND handler = 'inventory.show_left'",
            [house.tenant.id],
        )

    with holding(addresses, "outbox", pair[0]), app.app_context():
        sweep(app.extensions["redis"])

    statement = (
        "SELECT sent_at IS NULL FROM outbox"
        " WHERE tenant_id = %s AND handler = 'inventory.show_left'"
    )
    found = [owner_connection.execute(statement, [it.tenant.id]).fetchone() for it in pair]
    assert found == [(False,), (True,)]
    owner_connection.execute("UPDATE outbox SET done_at = now() WHERE handler LIKE 'inventory.%%'")


def test_a_tenant_whose_night_fails_is_named_and_the_others_have_theirs(
    app: Flask,
    pair: Pair,
    addresses: Addresses,
    owner_connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(keeping, "_nights", {})
    at = datetime(2026, 6, 1, 12, tzinfo=UTC)
    for house in pair:
        leave(owner_connection, house, at - timedelta(days=100))

    left = []
    with app.app_context(), clock.use(at):
        for held in (pair[:1], ()):
            with ExitStack() as stack:
                for house in held:
                    stack.enter_context(holding(addresses, "sign_in_failure", house))
                keeping.enforce_nightly()
            left.append([count(owner_connection, "sign_in_failure", house) for house in pair])

    assert left == [[1, 0], [0, 0]]
    assert [str(house.tenant.id) in caplog.text for house in pair] == [True, False]
    assert [count(owner_connection, "idempotency", house) for house in pair] == [0, 0]


def leave(owner: Connection, house: Restaurant, at: datetime) -> None:
    """A gesture and a wrong password."""
    for values in (
        "idempotency (tenant_id, key, route, body_hash, created_at) VALUES (%s, %s, '', '', %s)",
        "sign_in_failure (tenant_id, id, subject, at) VALUES (%s, %s, '', %s)",
    ):
        owner.execute(f"INSERT INTO {values}".encode(), [house.tenant.id, str(new_id()), at])


def test_what_is_removed_goes_some_rows_at_a_time(
    pair: Pair, owner_connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, neighbour = pair
    at = datetime(2026, 6, 1, 12, tzinfo=UTC)
    for _ in range(5):
        leave(owner_connection, house, at - timedelta(days=100))
    leave(owner_connection, neighbour, at - timedelta(days=100))
    monkeypatch.setattr(keeping, "ROWS_AT_ONCE", 2)

    with house.inside(), clock.use(at):
        night = keeping.enforce()
        last = last_removal()

    assert (night.removed["gestures"], night.removed["failures"], night.is_whole) == (5, 5, True)
    assert last is not None
    assert last.counts == night.removed
    assert [count(owner_connection, "idempotency", it) for it in pair] == [0, 1]


def test_a_restaurant_that_cannot_be_erased_keeps_no_other_from_it(
    app: Flask, pair: Pair, owner_connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for house in pair:
        with house.inside():
            closing.close(owner_of(house), house.tenant.slug)
        owner_connection.execute(
            "UPDATE tenant SET closed_at = closed_at - interval '31 d',"
            " erase_after = erase_after - interval '31 d' WHERE id = %s",
            [house.tenant.id],
        )
        owner_connection.execute(
            "UPDATE data_export SET ready_at = asked_at WHERE tenant_id = %s", [house.tenant.id]
        )
    tried: list[UUID] = []

    def fail(tenant_id: UUID) -> None:
        tried.append(tenant_id)
        raise OSError("a folder that cannot be removed")

    monkeypatch.setattr(closing, "remove_files_of", fail)
    with app.app_context():
        closing.erase_closed()

    assert {house.tenant.id for house in pair} <= set(tried)


def test_long_rounds_stop_no_beat_and_end_with_the_process(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopping, beaten, let_go = threading.Event(), threading.Event(), threading.Event()
    seen: list[bool] = []

    def hold() -> None:
        seen.append(beaten.wait(30))
        let_go.wait(30)

    made = Wiring(
        events={}, jobs={}, renderers={}, clock=((0.1, beaten.set),), rounds=((60.0, hold),)
    )
    monkeypatch.setitem(app.extensions, "wiring", made)
    running = threading.Thread(target=run_clock, args=(app, stopping))
    running.start()
    assert beaten.wait(30)
    stopping.set()
    running.join(30)
    let_go.set()

    assert not running.is_alive()
    assert seen == [True]
