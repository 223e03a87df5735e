"""Sockets of the real stream process: who is let in, and who is hung up on."""

import json
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import UUID

import pytest
import redis
import websocket
from sqlalchemy import select

from app.core.db import end_reading, execute
from app.core.redis import stream_channel
from app.identity.devices import change_device, revoke_device
from app.identity.logins import end_login, open_login
from app.identity.models import Device
from app.identity.queries import find_device, find_login
from app.identity.tablet import lock
from app.privacy.commands import close
from tests.support.kitchen import on_board, reached, send, view_of
from tests.support.live import Live
from tests.support.restaurants import Restaurant
from tests.support.servers import Addresses
from tests.support.signing_in import device_token
from tests.support.watcher import Watcher, token_of

TEXT, RESERVED = 0x1, 0xB


@pytest.fixture(scope="module")
def live(addresses: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The processes that a socket needs."""
    with closing(Live(addresses, tmp_path_factory.mktemp("sockets"))) as processes:
        processes.start("stream", "relay")
        yield processes


def _frame(opcode: int, message: bytes) -> bytes:
    """A whole frame under a mask of zeros (RFC 6455, 5.2), also one that no client would send."""
    size = len(message)
    head = struct.pack("!BB", 0x80 | opcode, 0x80 | size) if size < 126 else b""
    head = head or struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, size)
    return head + bytes(4) + message


def _refusal(live: Live, house: Restaurant, view: str, **how: Any) -> int:
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        Watcher(live, house, view, **how)
    return int(refused.value.status_code)


def test_only_own_pages_may_open_a_socket(live: Live, house: Restaurant) -> None:
    view = view_of(house)

    assert _refusal(live, house, view, origin="http://evil.example") == 403
    assert _refusal(live, house, view, origin="http://127.0.0.1:1") == 403
    assert _refusal(live, house, view, origin="null") == 403
    assert _refusal(live, house, view, origin="http://localhost:99999") == 403
    assert _refusal(live, house, view, origin="http://[") == 403


def test_a_socket_needs_a_session_and_the_permission_of_its_view(
    live: Live, house: Restaurant
) -> None:
    carol = token_of(house, house.people["carol"])

    assert _refusal(live, house, view_of(house), token="nobody's") == 401
    assert _refusal(live, house, "dashboard", token=carol) == 403


def test_what_is_not_of_this_location_is_not_there(
    live: Live, house: Restaurant, diner: Restaurant
) -> None:
    foreign = f"kitchen:{diner.stations['Kitchen']}"

    assert _refusal(live, house, foreign) == 404
    assert _refusal(live, house, "kitchen:none") == 404
    assert _refusal(live, house, "cellar") == 404
    carol = token_of(house, house.people["carol"])
    assert _refusal(live, diner, view_of(diner), token=carol) == 401


def test_a_revoked_session_is_hung_up_on(live: Live, house: Restaurant) -> None:
    token = token_of(house, house.people["carol"])
    with Watcher(live, house, view_of(house), token=token) as screen:
        with house.inside():
            login = find_login(token)
            assert login is not None
            end_login(login.id)

        assert screen.close_code() == 1008


def _device(house: Restaurant) -> UUID:
    """The device that was paired last."""
    with house.inside():
        found = execute(
            select(Device.id)
            .where(Device.tenant_id == house.tenant.id)
            .order_by(Device.paired_at.desc())
        ).scalars()
        device_id = UUID(str(next(iter(found))))
        end_reading()
    return device_id


def test_a_paired_screen_watches_its_own_station_without_a_person(
    live: Live, house: Restaurant
) -> None:
    screen_of_kitchen = device_token(house, "kitchen", "Kitchen")
    with Watcher(live, house, view_of(house), device=screen_of_kitchen) as screen:
        screen.take()
        send(house, "Bruschetta")
        screen.follow(reached(house))

    assert screen.tickets == on_board(house)
    bar = f"kitchen:{house.stations['Bar']}"
    assert _refusal(live, house, bar, device=screen_of_kitchen) == 404
    assert _refusal(live, house, "pickup", device=screen_of_kitchen) == 404
    assert _refusal(live, house, "floor", device=screen_of_kitchen) == 403
    assert _refusal(live, house, "pickup", device=device_token(house, "tablet")) == 401


def test_a_pickup_board_watches_numbers_alone(live: Live, house: Restaurant) -> None:
    board = device_token(house, "pickup")
    with Watcher(live, house, "pickup", device=board) as screen:
        screen.take()
        send(house, "Bruschetta")
        frame = screen.change()

    assert "floor" in frame["topics"]
    assert "content" not in frame
    assert _refusal(live, house, view_of(house), device=board) == 404


def test_a_restaurant_that_is_being_closed_shows_no_board_any_more(
    live: Live, house: Restaurant
) -> None:
    alice, kitchen = house.people["alice"], device_token(house, "kitchen", "Kitchen")
    token = token_of(house, alice)
    with (
        Watcher(live, house, view_of(house), device=kitchen) as screen,
        Watcher(live, house, view_of(house), token=token) as owner,
    ):
        screen.take()
        owner.take()
        with house.inside():
            close(alice.actor, house.tenant.slug)
        began = time.monotonic()

        codes = [screen.close_code(), owner.close_code()]

    assert codes == [1008, 1008]
    assert time.monotonic() - began < 5
    assert _refusal(live, house, view_of(house), device=kitchen) == 410
    assert _refusal(live, house, view_of(house), token=token) == 410


def test_a_revoked_device_is_hung_up_on_within_five_seconds(live: Live, house: Restaurant) -> None:
    alice, bob = house.people["alice"].actor, house.people["bob"]
    kitchen = device_token(house, "kitchen", "Kitchen")
    screen_id = _device(house)
    tablet = device_token(house, "tablet")
    tablet_id = _device(house)
    with house.inside():
        found = find_device(tablet)
        assert found is not None
        token = open_login(bob.member_id, device=found)
    with (
        Watcher(live, house, view_of(house), device=kitchen) as screen,
        Watcher(live, house, "floor", device=tablet, token=token) as floor,
    ):
        screen.take()
        floor.take()
        began = time.monotonic()
        with house.inside():
            revoke_device(alice, screen_id)
            revoke_device(alice, tablet_id)

        assert screen.close_code() == floor.close_code() == 1008
        assert time.monotonic() - began < 5


def test_a_locked_tablet_and_a_screen_with_other_stations_are_hung_up_on(
    live: Live, house: Restaurant
) -> None:
    alice, bob = house.people["alice"].actor, house.people["bob"]
    kitchen = device_token(house, "kitchen", "Kitchen")
    screen_id = _device(house)
    tablet = device_token(house, "tablet")
    with house.inside():
        found = find_device(tablet)
        assert found is not None
        token = open_login(bob.member_id, device=found)
    with (
        Watcher(live, house, view_of(house), device=kitchen) as screen,
        Watcher(live, house, "floor", device=tablet, token=token) as floor,
    ):
        screen.take()
        floor.take()
        with house.inside():
            change_device(alice, screen_id, "Bar", [house.stations["Bar"]])
            login = find_login(token, tablet)
            assert login is not None
            lock(login)

        assert screen.close_code() == floor.close_code() == 1008


@pytest.mark.parametrize(
    ("message", "opcode", "code"),
    [
        (b"not json", TEXT, 1007),
        (b'{"resync": false}', TEXT, 1007),
        (b"\xff\xfe", TEXT, 1007),
        (b"x" * 70_000, TEXT, 1009),
        (b"", RESERVED, 1002),
    ],
)
def test_a_message_that_is_none_is_hung_up_on(
    live: Live, house: Restaurant, message: bytes, opcode: int, code: int
) -> None:
    with Watcher(live, house, view_of(house)) as screen:
        screen.take()
        assert screen.socket.sock is not None
        screen.socket.sock.sendall(_frame(opcode, message))

        assert screen.close_code() == code


def test_a_reader_that_is_too_slow_is_cut_and_the_others_go_on(
    live: Live, house: Restaurant, addresses: Addresses
) -> None:
    view = view_of(house)
    narrow = ((socket.SOL_SOCKET, socket.SO_RCVBUF, 4096),)
    with (
        Watcher(live, house, view, sockopt=narrow) as slow,
        Watcher(live, house, view) as screen,
        redis.Redis.from_url(addresses.redis_url) as server,
    ):
        slow.take()
        screen.take()
        channel = stream_channel(house.tenant.id, house.location.id)
        for seq in range(screen.seq + 1, screen.seq + 61):
            frame = {"seq": seq, "at": "", "topics": [], "views": {view: "x" * 200_000}}
            server.publish(channel, json.dumps(frame))
            screen.follow(seq)

        with pytest.raises((OSError, websocket.WebSocketException)):
            slow.follow(screen.seq)


def test_the_end_of_the_process_sends_screens_away_to_come_back(
    live: Live, house: Restaurant
) -> None:
    with Watcher(live, house, view_of(house)) as screen:
        screen.take()
        live.stop("stream")
        try:
            assert screen.close_code() == 1012
        finally:
            live.start("stream")
