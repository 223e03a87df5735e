"""A screen without a browser: takes frames from a socket and keeps what a board would show."""

import json
import re
import time
from types import TracebackType
from typing import Any, Self

import websocket

from app.identity.session import PLAIN_COOKIE
from tests.support.live import Live
from tests.support.restaurants import Person, Restaurant
from tests.support.signing_in import DEVICE_COOKIE
from tests.support.visitor import Visitor

PATIENCE_S = 10.0
AGAIN_S = 0.5

_SHOWN = re.compile(r'<article class="ticket[^"]*" id="ticket-([0-9a-f-]+)"')
_GONE = re.compile(r'hx-target="#ticket-([0-9a-f-]+)" hx-swap="delete"')


def token_of(restaurant: Restaurant, person: Person) -> str:
    """The session of a person who has just signed in, as the cookie carries it."""
    visitor = Visitor(restaurant.app)
    page = visitor.get(f"/t/{restaurant.tenant.slug}/sign-in")
    visitor.client.post(
        visitor.path,
        data={"email": person.email, "password": person.password},
        headers={"X-CSRFToken": visitor.token},
    )
    cookie = visitor.client.get_cookie(PLAIN_COOKIE)
    assert cookie is not None, f"{person.name} could not sign in: {page.title}"
    return cookie.value


def _opened(address: str, options: dict[str, Any], **asked: str) -> websocket.WebSocket:
    """A socket; 503 means "try again", and so do browsers."""
    until = time.monotonic() + PATIENCE_S
    while True:
        socket = websocket.WebSocket(**options)
        socket.settimeout(PATIENCE_S)
        try:
            socket.connect(address, **asked)  # type: ignore[no-untyped-call]
        except websocket.WebSocketException as error:
            socket.shutdown()  # type: ignore[no-untyped-call]
            if getattr(error, "status_code", None) != 503 or time.monotonic() > until:
                raise
            time.sleep(AGAIN_S)
        else:
            return socket


class Watcher:
    """One open socket, of a person or of a device (its token).

    `tickets` are the ids on the board, `seqs` the numbers of its frames.
    """

    def __init__(
        self,
        live: Live,
        restaurant: Restaurant,
        view: str,
        *,
        person: Person | None = None,
        token: str | None = None,
        device: str | None = None,
        origin: str | None = None,
        **options: Any,
    ) -> None:
        if device is None:
            token = token or token_of(restaurant, person or restaurant.people["carol"])
        held = {PLAIN_COOKIE: token, DEVICE_COOKIE: device}
        address = f"{live.stream_url}{restaurant.url}/stream?view={view}"
        cookie = "; ".join(f"{name}={value}" for name, value in held.items() if value)
        self.socket = _opened(address, options, cookie=cookie, origin=origin or live.url)
        self.tickets: set[str] = set()
        self.seqs: list[int] = []
        self.snapshots = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.socket.close(timeout=1)
        self.socket.shutdown()  # type: ignore[no-untyped-call]

    @property
    def seq(self) -> int:
        """How far this screen is."""
        return self.seqs[-1]

    def take(self) -> dict[str, Any]:
        """Take the next frame onto the board."""
        frame: dict[str, Any] = json.loads(self.socket.recv())
        content = frame.get("content", "")
        if frame.get("snapshot"):
            self.snapshots += 1
            self.tickets, self.seqs = set(), []
        self.tickets |= set(_SHOWN.findall(content))
        self.tickets -= set(_GONE.findall(content))
        if not self.seqs or frame["seq"] != self.seq:
            self.seqs.append(frame["seq"])
        return frame

    def change(self) -> dict[str, Any]:
        """The next frame that is no heartbeat."""
        deadline = time.monotonic() + PATIENCE_S
        while "topics" not in (frame := self.take()):
            assert time.monotonic() < deadline, "heartbeats alone, no change"
        return frame

    def follow(self, seq: int) -> None:
        """Take frames until this screen is as far as `seq`."""
        deadline = time.monotonic() + PATIENCE_S
        while not self.seqs or self.seq < seq:
            assert time.monotonic() < deadline, f"stands at {self.seqs}, not {seq}"
            self.take()

    def close_code(self) -> int:
        """Take frames until the server hangs up; returns its code."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            opcode, data = self.socket.recv_data()
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return int.from_bytes(data[:2], "big")
        raise AssertionError("the server did not hang up")
