"""Many open sockets for little work: one thread reads all of them."""

import selectors
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import websocket

TEXT, CLOSE, PING = 1, 8, 9
PONG = b"\x8a\x80\0\0\0\0"  # as a client has to: masked, if only by zeros
Heard = Callable[["Ear", bytes, float], None]


@dataclass(frozen=True)
class Address:
    """A view to watch, and as whom."""

    url: str
    cookies: str
    origin: str


@dataclass(eq=False)
class Ear:
    """One socket, and what of it has been read and is no whole message yet."""

    address: Address
    socket: "socket.socket"
    waiting: bytearray = field(default_factory=bytearray)

    def messages(self) -> list[tuple[int, bytes]]:
        """The whole messages that have come: their kind, and what they say."""
        found: list[tuple[int, bytes]] = []
        while (frame := _frame(self.waiting)) is not None:
            kind, begin, end = frame
            found.append((kind, bytes(self.waiting[begin:end])))
            del self.waiting[:end]
        return found


class Listening:
    """Sockets that listen while the block lasts.

    `heard` gets each text message with when it came (seconds of time.perf_counter), in the
    thread that reads; without it messages are only taken. Pings are answered. `lost` counts
    sockets that ended.
    """

    def __init__(self, addresses: Sequence[Address], heard: Heard | None = None) -> None:
        self.messages = 0
        self.lost = 0
        self._heard = heard
        self._addresses = addresses
        self._open: list[Ear] = []
        self._ends = False
        self._selector = selectors.DefaultSelector()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        for address in self._addresses:
            ear = Ear(address, _connect(address))
            self._open.append(ear)
            self._selector.register(ear.socket, selectors.EVENT_READ, ear)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ends = True
        self._thread.join(5)
        for ear in self._open:
            ear.socket.close()
        self._selector.close()

    def _listen(self) -> None:
        while not self._ends:
            for key, _events in self._selector.select(0.2):
                self._read(key.data)

    def _read(self, ear: Ear) -> None:
        try:
            data = ear.socket.recv(65_536)
        except OSError:
            data = b""
        at = perf_counter()
        ear.waiting += data
        ended = not data
        for kind, body in ear.messages():
            ended = ended or kind == CLOSE
            self._take(ear, kind, body, at)
        if ended:
            self.lost += 1
            self._selector.unregister(ear.socket)

    def _take(self, ear: Ear, kind: int, body: bytes, at: float) -> None:
        if kind == PING:
            ear.socket.send(PONG)
        elif kind == TEXT:
            self.messages += 1
            if self._heard is not None:
                self._heard(ear, body, at)


def _connect(address: Address) -> "socket.socket":
    """The plain socket after the handshake; raises what websocket-client raises."""
    parts = urlsplit(address.url)
    opened: Any = websocket.create_connection(
        address.url, origin=address.origin, cookie=address.cookies, host=parts.netloc, timeout=20
    )
    plain: socket.socket = opened.sock
    plain.settimeout(0)
    return plain


def _frame(data: bytearray) -> tuple[int, int, int] | None:
    """Kind, begin and end of the first message of a server (RFC 6455, 5.2); None: not whole."""
    if len(data) < 2:
        return None
    size, begin = data[1], 2
    if size == 126 and len(data) >= 4:
        (size,), begin = struct.unpack_from("!H", data, 2), 4
    elif size == 127 and len(data) >= 10:
        (size,), begin = struct.unpack_from("!Q", data, 2), 10
    elif size >= 126:
        return None
    end = begin + size
    return (data[0] & 0x0F, begin, end) if len(data) >= end else None
