"""The page server's worker: a thread gets a request when all of it has arrived, never earlier.

gunicorn's own threads wait for a slow client's next byte; as many slow clients as there are
threads would stop every till. Here one loop gathers what arrives on all connections, and what
stays unfinished too long is answered and let go.
"""

import re
import socket
import struct
import time
from collections import deque
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from app.core.settings import LARGEST_BODY

ARRIVAL_S = 10.0
PARTING_S = 2.0
# A thread that does read or write by itself (an answer larger than the socket's buffer).
THREAD_PATIENCE = struct.pack("ll", 5, 0)
LONGEST_HEAD = 32 * 1024
# Of all unfinished requests of this process together.
MOST_HELD = 64 * 1024 * 1024
READ_SIZE = 64 * 1024

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)
_IN_CHUNKS = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.IGNORECASE)

TOO_SLOW = "408 Request Timeout", "The request took too long to arrive. Send it again."
HEAD_TOO_LONG = "431 Request Header Fields Too Large", "The head of this request is too long."
NO_LENGTH = "411 Length Required", "Say the length of what you send; chunks are not taken."
FULL = "503 Service Unavailable", "Too much is arriving at once. Try again in a moment."


class Arrival:
    """What has come of one request: `refusal` where it will never be one for the application."""

    def __init__(self, begun: bytes) -> None:
        self.data = bytearray(begun)
        self.refusal: tuple[str, str] | None = None
        self.is_whole = False
        self._needed: int | None = None
        self._look()

    def take(self, data: bytes) -> None:
        """Add what has been read."""
        self.data += data
        self._look()

    @property
    def is_decided(self) -> bool:
        """Whether it can be answered: it is whole, it is refused, or its body is too large."""
        return self.is_whole or self.refusal is not None or (self._needed or 0) > LARGEST_BODY

    def _look(self) -> None:
        if self._needed is None:
            self._read_head()
        self.is_whole = self._needed is not None and len(self.data) >= self._needed

    def _read_head(self) -> None:
        end = self.data.find(_END_OF_HEAD)
        if end > LONGEST_HEAD or (end < 0 and len(self.data) > LONGEST_HEAD):
            self.refusal = HEAD_TOO_LONG
        elif end >= 0:
            head = bytes(self.data[: end + 2])
            if _IN_CHUNKS.search(head):
                self.refusal = NO_LENGTH
            found = _LENGTH.search(head)
            self._needed = end + len(_END_OF_HEAD) + (int(found[1]) if found else 0)


class PageWorker(ThreadWorker):  # type: ignore[misc]
    """gthread, with a gate before its threads."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._parting: deque[Any] = deque()
        self._held = 0

    def enqueue_req(self, conn: Any) -> None:
        """Gather a request: from a new connection, or from a kept one that speaks again."""
        if not conn.initialized:
            conn.init()
            for side in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
                conn.sock.setsockopt(socket.SOL_SOCKET, side, THREAD_PATIENCE)
        conn.arrival = Arrival(conn.parser.unreader.take_buffered())
        conn.timeout = time.monotonic() + ARRIVAL_S
        self._held += len(conn.arrival.data)
        self._gather(conn)

    def murder_pending(self) -> None:
        """Let go of what is overdue; at the end of the process also of what has not begun."""
        now = time.monotonic()
        for conn in list(self.pending_conns):
            has_begun = bool(conn.arrival.data)
            if conn.timeout <= now or not (has_begun or self.alive):
                self._take_up(self.pending_conns, conn)
                self._answer(conn, TOO_SLOW if has_begun else None)
        while self._parting and self._parting[0].timeout <= now:
            self._end(self._parting[0])

    def finish_request(self, conn: Any, done: Any) -> None:
        """Keep the connection for its next request, or part from it."""
        if done.cancelled() or done.exception() or not (done.result() and conn.arrival.is_whole):
            self._part(conn)
        else:
            super().finish_request(conn, done)

    def _keepalive_after(self, conn: Any, keepalive: bool) -> bool:  # noqa: FBT001 (gunicorn's)
        """A body that was not taken in is read away by the loop, not by the thread."""
        return conn.arrival.is_whole and bool(super()._keepalive_after(conn, keepalive))

    def _gather(self, conn: Any) -> None:
        conn.sock.settimeout(0.0)
        if not self._read(conn):
            self.pending_conns.append(conn)
            self.poller.register(conn.sock, EVENT_READ, partial(self._on_more, conn))

    def _on_more(self, conn: Any, _socket: Any) -> None:
        self._take_up(self.pending_conns, conn)
        self._gather(conn)

    def _read(self, conn: Any) -> bool:
        """Read what is there; True when the connection is in other hands."""
        arrival = conn.arrival
        try:
            data = b"" if arrival.is_decided else conn.sock.recv(READ_SIZE)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        self._held += len(data)
        arrival.take(data)
        if arrival.is_decided:
            self._pass_on(conn)
        elif not data:
            self._close(conn)
        elif self._held > MOST_HELD:
            self._answer(conn, FULL)
        else:
            return False
        return True

    def _pass_on(self, conn: Any) -> None:
        if conn.arrival.refusal:
            self._answer(conn, conn.arrival.refusal)
            return
        conn.parser.unreader.unread(bytes(conn.arrival.data))
        self._let_go(conn)
        conn.data_ready = True
        super().enqueue_req(conn)

    def _answer(self, conn: Any, refusal: tuple[str, str] | None) -> None:
        """Say why a request is not taken, where anything was asked, and part."""
        self._let_go(conn)
        if refusal is None:
            self._close(conn)
            return
        status, sentence = refusal
        head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        size = f"Content-Length: {len(sentence)}\r\nConnection: close\r\n\r\n"
        try:
            conn.sock.send(f"{head}{size}{sentence}".encode())
        except OSError:
            self._close(conn)
        else:
            self._part(conn)

    def _part(self, conn: Any) -> None:
        """Close once the client has: closing over unread bytes would destroy the answer."""
        try:
            conn.sock.settimeout(0.0)
            conn.sock.shutdown(socket.SHUT_WR)
            self.poller.register(conn.sock, EVENT_READ, partial(self._drain, conn))
        except (OSError, ValueError):
            self._close(conn)
            return
        conn.timeout = time.monotonic() + PARTING_S
        self._parting.append(conn)

    def _drain(self, conn: Any, _socket: Any) -> None:
        try:
            is_over = not conn.sock.recv(READ_SIZE)
        except BlockingIOError:
            return
        except OSError:
            is_over = True
        if is_over:
            self._end(conn)

    def _end(self, conn: Any) -> None:
        self._take_up(self._parting, conn)
        self._close(conn)

    def _take_up(self, waiting: "deque[Any]", conn: Any) -> None:
        waiting.remove(conn)
        self.poller.unregister(conn.sock)

    def _let_go(self, conn: Any) -> None:
        self._held -= len(conn.arrival.data)
        conn.arrival.data.clear()

    def _close(self, conn: Any) -> None:
        self._let_go(conn)
        self.nr_conns -= 1
        conn.close()
