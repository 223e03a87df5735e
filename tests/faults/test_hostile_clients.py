"""Requests that nobody should send: each is refused in a sentence, and the tills go on."""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.client import HTTPConnection, HTTPResponse
from select import select
from typing import Self
from uuid import UUID

import pytest

from app.core.ids import new_id
from app.replay.browser import Browser
from tests.support.live import Live
from tests.support.restaurants import Restaurant
from tests.support.servers import Addresses
from tests.support.weight import resident_mib

pytestmark = pytest.mark.faults

SLOW_CLIENTS = 500
LIMIT_S = 2.0  # for a machine that is busy with other tests; alone it is milliseconds
PATIENCE_S = 10.0


@pytest.fixture(scope="module")
def live(addresses: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The page server alone."""
    processes = Live(addresses, tmp_path_factory.mktemp("hostile"))
    try:
        processes.start("web")
        yield processes
    finally:
        processes.close()


@pytest.fixture
def bob(live: Live, trattoria: Restaurant) -> Iterator[Browser]:
    person = trattoria.people["bob"]
    browser = Browser(live.url)
    browser.sign_in(person.tenant, person.email, person.password)
    yield browser
    browser.close()


def connect(live: Live, *, receive_buffer: int = 0) -> socket.socket:
    line = socket.socket()
    if receive_buffer:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    line.settimeout(PATIENCE_S)
    line.connect(("127.0.0.1", live.settings.port))
    return line


def ask(live: Live, raw: bytes) -> tuple[int, str]:
    """Send what may be no request at all; status and body of the answer."""
    with connect(live) as line:
        with suppress(ConnectionError):  # refused before the end
            line.sendall(raw)
        answer = HTTPResponse(line)
        answer.begin()
        return answer.status, answer.read().decode(errors="replace")


def health_s(live: Live) -> float:
    """How long the page server takes to say that it is well, on a connection of its own."""
    began = time.monotonic()
    line = HTTPConnection("127.0.0.1", live.settings.port, timeout=PATIENCE_S)
    line.request("GET", "/healthz")
    assert line.getresponse().read() == b'{"status":"ok"}\n'
    line.close()
    return time.monotonic() - began


def post(live: Live, path: str, body: bytes, headers: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{live.settings.port}\r\n{headers}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def order_headers(bob: Browser, key: UUID) -> str:
    given = {**bob._headers("application/json", key), "Accept": "application/json"}
    given |= {"Cookie": bob.cookies, "Referer": bob.base_url}
    return "".join(f"{name}: {value}\r\n" for name, value in given.items())


def test_a_body_of_20_mb_is_refused_at_once_and_takes_no_memory(
    live: Live, trattoria: Restaurant, bob: Browser
) -> None:
    large = b"x" * 20_000_000
    path, headers = f"{trattoria.url}/api/orders", order_headers(bob, new_id())
    ask(live, post(live, path, b"{}", headers))
    before = resident_mib(live.pid("web"))

    began = time.monotonic()
    answers = [ask(live, post(live, path, large, headers)) for _ in range(5)]
    took_s = time.monotonic() - began

    assert {status for status, _body in answers} == {413}
    assert "at most 2 MB" in json.loads(answers[0][1])["detail"]
    assert took_s < 5 * LIMIT_S
    assert resident_mib(live.pid("web")) - before < 10


@pytest.mark.parametrize("depth", [21, 1_000, 100_000])
def test_json_that_is_nested_deeply_is_no_order(
    live: Live, trattoria: Restaurant, bob: Browser, depth: int
) -> None:
    nested = b'{"lines":' + b"[" * depth + b"]" * depth + b"}"

    status, body = ask(
        live, post(live, f"{trattoria.url}/api/orders", nested, order_headers(bob, new_id()))
    )

    assert status == 400
    assert "at most 20 levels" in json.loads(body)["detail"]


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\n" + b"X-Much: " + b"y" * 60_000 + b"\r\n\r\n", 431),
        (b"GET /healthz HTTP/1.1\r\n" + b"X-Many: y\r\n" * 900 + b"\r\n", 431),
        (b"GET /healthz HTTP/1.1\r\n" + b"y" * 100_000, 431),
        (b"GET /healthz?" + b"y" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET /healthz HTTP/1.1\r\nBad Header: y\r\n\r\n", 400),
        (b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n", 400),
        (b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n", 411),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 TLS?\r\n\r\n", 400),
    ],
)
def test_what_is_no_proper_request_gets_a_clear_refusal(
    live: Live, raw: bytes, status: int
) -> None:
    found, body = ask(live, raw)

    assert found == status
    assert body


def test_a_request_in_small_pieces_is_answered_as_a_whole_one(live: Live) -> None:
    request = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with connect(live) as line:
        for piece in (request, request[:9], request[9:] + request):
            line.sendall(piece)
            time.sleep(0.01)
        answers = b""
        while answers.count(b'{"status":"ok"}') < 3:
            answers += line.recv(65_536)

    assert answers.count(b"HTTP/1.1 200 OK") == 3


class Crowd:
    """Clients that never finish what they say, but go on saying it."""

    def __init__(self, live: Live, says: bytes, then: bytes) -> None:
        self._then = then
        self._stack = ExitStack()
        self._lines = [
            self._stack.enter_context(connect(live, receive_buffer=4096))
            for _ in range(SLOW_CLIENTS)
        ]
        for line in self._lines:
            line.sendall(says)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def say_more(self) -> None:
        for line in self._lines:
            with suppress(OSError):
                line.sendall(self._then)


@pytest.mark.parametrize(
    ("says", "then"),
    [
        pytest.param(b"", b"", id="nothing"),
        pytest.param(b"GET /healthz HTTP/1.1\r\nX-A: ", b"a", id="a head"),
        pytest.param(
            b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n",
            b"a",
            id="a body",
        ),
        pytest.param(
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            b"",
            id="no goodbye",
        ),
    ],
)
def test_500_slow_clients_keep_nobody_waiting(
    live: Live, bob: Browser, trattoria: Restaurant, says: bytes, then: bytes
) -> None:
    with Crowd(live, says, then) as crowd:
        waits = []
        for _ in range(10):
            crowd.say_more()
            waits.append(health_s(live))
            began = time.monotonic()
            bob.get(f"{trattoria.url}/floor")
            waits.append(time.monotonic() - began)

    assert max(waits) < LIMIT_S


def test_bodies_without_end_are_held_up_to_a_limit(live: Live) -> None:
    almost = post(live, "/healthz", b"x" * 2_000_000)[:-1]
    before = resident_mib(live.pid("web"))
    with ExitStack() as stack:
        lines = [stack.enter_context(connect(live)) for _ in range(40)]
        for line in lines:
            with suppress(OSError):
                line.sendall(almost)
        refused, _, _ = select(lines, [], [], PATIENCE_S)
        assert health_s(live) < LIMIT_S
        grown = resident_mib(live.pid("web")) - before
        answers = [line.recv(12) for line in refused]

    assert grown < 60
    assert set(answers) == {b"HTTP/1.1 503"}


def test_uploads_on_their_way_leave_room_for_everything_else(
    live: Live, bob: Browser, trattoria: Restaurant
) -> None:
    """Of files without end only a few are held; bodies of other requests come through."""
    almost = post(live, f"/t/{trattoria.tenant.slug}/settings/brand/logo/upload", bytes(5_000_000))
    before = resident_mib(live.pid("web"))
    with ExitStack() as stack:
        lines = [stack.enter_context(connect(live)) for _ in range(20)]
        for line in lines:
            line.settimeout(0.5)
            with suppress(OSError):
                line.sendall(almost[:-1])
        refused, _, _ = select(lines, [], [], PATIENCE_S)
        answers = [line.recv(12) for line in refused]
        grown = resident_mib(live.pid("web")) - before
        whole = post(live, f"{trattoria.url}/api/orders", b" " * 1_000_000)
        status, _body = ask(live, whole)

        assert health_s(live) < LIMIT_S
        bob.get(f"{trattoria.url}/floor")

    assert set(answers) == {b"HTTP/1.1 503"}
    assert len(lines) - len(refused) <= 2 * live.settings.web_processes
    assert grown < 40
    assert status != 503


def test_a_slow_client_is_told_so_and_let_go(live: Live) -> None:
    with connect(live) as line:
        line.settimeout(30)
        line.sendall(b"GET /healthz HTTP/1.1\r\n")
        answer = HTTPResponse(line)
        answer.begin()

        assert answer.status == 408
        assert "too long" in answer.read().decode(errors="replace")
        assert answer.getheader("X-Content-Type-Options") == "nosniff"
        assert answer.getheader("Cache-Control") == "no-store"


def test_a_reload_loses_no_request(live: Live, trattoria: Restaurant, bob: Browser) -> None:
    os.kill(live.pid("web"), signal.SIGHUP)
    until = time.monotonic() + 3

    while time.monotonic() < until:
        bob.get(f"{trattoria.url}/floor")

    assert health_s(live) < LIMIT_S
