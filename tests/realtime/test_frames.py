"""What a screen gets through a socket: a snapshot, every change in order, and what was missed."""

from collections.abc import Iterator
from contextlib import closing
from uuid import UUID

import pytest
import redis
from psycopg import Connection

from app.kitchen import commands
from tests.support.kitchen import on_board, reached, send, tickets_of, view_of
from tests.support.live import Live
from tests.support.restaurants import Restaurant
from tests.support.servers import Addresses
from tests.support.watcher import Watcher


@pytest.fixture(scope="module")
def live(addresses: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The processes that a socket needs."""
    with closing(Live(addresses, tmp_path_factory.mktemp("frames"))) as processes:
        processes.start("stream", "relay")
        yield processes


def _bump(house: Restaurant, order_id: UUID) -> None:
    ticket = tickets_of(house, order_id)["Kitchen"]
    with house.inside():
        carol = house.people["carol"].actor
        commands.bump(carol, house.location, ticket.id, ticket.version)


def test_a_snapshot_comes_first_then_every_change_in_order(live: Live, house: Restaurant) -> None:
    earlier = send(house, "Bruschetta")
    with Watcher(live, house, view_of(house)) as screen:
        first = screen.take()
        orders = [send(house, "Bruschetta", "Espresso") for _ in range(5)]
        _bump(house, earlier)
        _bump(house, orders[2])

        screen.follow(reached(house))

    assert first["snapshot"]
    assert first["target"] == "#tickets"
    assert screen.seqs == list(range(screen.seqs[0], reached(house) + 1))
    assert screen.tickets == on_board(house)


def test_a_view_without_content_gets_every_number_with_its_topics(
    live: Live, house: Restaurant
) -> None:
    bob = house.people["bob"]
    with Watcher(live, house, "floor", person=bob) as screen:
        snapshot = screen.take()
        send(house, "Bruschetta")
        frame = screen.change()

    assert "content" not in snapshot
    assert "content" not in frame
    assert "floor" in frame["topics"]


def test_what_was_never_published_is_mended_from_the_database(
    live: Live, house: Restaurant, owner_connection: Connection
) -> None:
    with Watcher(live, house, view_of(house)) as screen:
        screen.take()
        live.kill("relay")
        try:
            send(house, "Bruschetta")
            owner_connection.execute("UPDATE outbox SET sent_at = now() WHERE sent_at IS NULL")
            screen.follow(reached(house))
        finally:
            live.start("relay")

    assert screen.snapshots == 2
    assert screen.tickets == on_board(house)


def test_a_gap_between_frames_leads_to_a_snapshot(
    live: Live, house: Restaurant, owner_connection: Connection
) -> None:
    with Watcher(live, house, view_of(house)) as screen:
        screen.take()
        live.kill("relay")
        send(house, "Bruschetta")
        owner_connection.execute("UPDATE outbox SET sent_at = now() WHERE sent_at IS NULL")
        send(house, "Bruschetta")
        live.start("relay")

        screen.follow(reached(house))

    assert screen.snapshots >= 2
    assert screen.tickets == on_board(house)


def test_a_lost_subscription_is_taken_up_again(
    live: Live, house: Restaurant, addresses: Addresses
) -> None:
    with Watcher(live, house, view_of(house)) as screen:
        screen.take()
        with redis.Redis.from_url(addresses.redis_url) as server:
            server.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        for _ in range(3):
            send(house, "Bruschetta")

        screen.follow(reached(house))

    assert screen.tickets == on_board(house)


def test_a_screen_may_ask_for_a_snapshot(live: Live, house: Restaurant) -> None:
    with Watcher(live, house, view_of(house)) as screen:
        screen.take()
        screen.socket.send('{"resync": true}')

        answer = screen.take()

    assert answer["snapshot"]


def test_a_quiet_screen_hears_that_nothing_was_missed(live: Live, house: Restaurant) -> None:
    with Watcher(live, house, view_of(house)) as screen:
        snapshot = screen.take()

        heartbeat = screen.take()

    assert heartbeat["seq"] == snapshot["seq"]
    assert set(heartbeat) == {"seq", "at"}
