"""A socket that writes whole messages only, one at a time, whoever writes."""

import socket
import struct
import threading
import time
from contextlib import suppress
from typing import Any

PATIENCE_S = 5.0
LINGER_S = 1.0
# A screen says {"resync": true} once a second at most, and pong: far less than this.
SAID_AT_ONCE = 128 * 1024
SAID_EACH_S = 1024
READ_EACH_S = 64 * 1024
FLOODING = 1008
PING = b"\x89\x00"
_TEXT = 0x81
_CLOSE = 0x88


class Wire:
    """Stands in for the raw socket under a WebSocket connection.

    The connection's own thread (pongs, close answers), snapshots and frames would otherwise
    tear each other's messages apart.
    """

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        # A gevent socket waits when asked not to; the plain one inside it does not.
        self._plain: Any = getattr(raw, "_sock", raw)
        self._lock = threading.Lock()
        self._opened = time.monotonic()
        self._said = 0

    def send(self, data: bytes) -> int:
        """Write all of `data`, waiting for a slow reader up to PATIENCE_S; raises OSError."""
        with self._lock:
            self._raw.settimeout(PATIENCE_S)
            try:
                self._raw.sendall(data)
            finally:
                self._raw.settimeout(None)
        return len(data)

    def push(self, data: bytes) -> bool:
        """Write all of `data` at once without waiting; False when the socket cannot take it."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            return bool(self._plain.send(data, socket.MSG_DONTWAIT) == len(data))
        except OSError:
            return False
        finally:
            self._lock.release()

    def recv(self, size: int) -> bytes:
        """Read what is there, up to `size` bytes, waiting for the first.

        Hangs up on a flood, with ConnectionAbortedError.
        """
        data = bytes(self._raw.recv(size))
        # A flood never has gevent wait by itself: nobody else would have a turn.
        time.sleep(len(data) / READ_EACH_S)
        self._said += len(data)
        if self._said > SAID_AT_ONCE + SAID_EACH_S * (time.monotonic() - self._opened):
            self.push(close_message(FLOODING))
            raise ConnectionAbortedError("a screen says too much")
        return data

    def fileno(self) -> int:
        """The number of the socket, for selectors."""
        return int(self._raw.fileno())

    def cut(self) -> None:
        """End the connection now; whoever reads from it wakes up."""
        with suppress(OSError):
            self._raw.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Leave the socket to the server that accepted it."""

    def drain(self) -> None:
        """Read away what still comes, so that closing does not destroy what was sent last."""
        deadline = time.monotonic() + LINGER_S
        with suppress(OSError):
            self._raw.shutdown(socket.SHUT_WR)
            self._raw.settimeout(LINGER_S)
            while self._raw.recv(65_536) and time.monotonic() < deadline:
                time.sleep(0.01)


def text_message(body: bytes) -> bytes:
    """One unmasked text message (RFC 6455, 5.2)."""
    size = len(body)
    if size < 126:
        return struct.pack("!BB", _TEXT, size) + body
    if size < 65_536:
        return struct.pack("!BBH", _TEXT, 126, size) + body
    return struct.pack("!BBQ", _TEXT, 127, size) + body


def close_message(code: int) -> bytes:
    """A close frame with a status code (RFC 6455, 7.4)."""
    return struct.pack("!BBH", _CLOSE, 2, code)
