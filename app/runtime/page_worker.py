"""The page server's worker: a thread gets a request when all of it has arrived, never earlier.

gunicorn's own threads wait for a slow client's next byte; as many slow clients as there are
threads would stop every till. Here one loop gathers what arrives on all connections, and what
stays unfinished too long is answered and let go.
"""

import socket
import struct
import time
from collections import deque
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from app.runtime.arrival import Arrival

ARRIVAL_S = 10.0
# The same speed, for a file of 5 MB.
LARGE_ARRIVAL_S = 30.0
PARTING_S = 2.0
# A thread that does read or write by itself (an answer larger than the socket's buffer).
THREAD_PATIENCE = struct.pack("ll", 5, 0)
READ_SIZE = 64 * 1024
# Of all unfinished requests of this process together: many are under a kilobyte.
MOST_HELD = 16 * 1024 * 1024
# Files on their way: what they may take leaves room for everything else.
MOST_LARGE = 2

REFUSAL_HEADERS = (
    "Content-Type: text/plain; charset=utf-8\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Cache-Control: no-store\r\n"
    "Connection: close\r\n"
)
TOO_SLOW = "408 Request Timeout", "The request took too long to arrive. Send it again."
FULL = "503 Service Unavailable", "Too much is arriving at once. Try again in a moment."


class PageWorker(ThreadWorker):  # type: ignore[misc]
    """gthread, with a gate before its threads."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._parting: deque[Any] = deque()
        self._held = 0
        self._large: set[Any] = set()

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
        elif self._held > MOST_HELD or not self._has_room_for(conn):
            self._answer(conn, FULL)
        else:
            return False
        return True

    def _has_room_for(self, conn: Any) -> bool:
        """A large body needs a place of its own, and gets more time."""
        if not conn.arrival.is_large or conn in self._large:
            return True
        if len(self._large) >= MOST_LARGE:
            return False
        self._large.add(conn)
        conn.timeout += LARGE_ARRIVAL_S - ARRIVAL_S
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
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(sentence)}\r\n"
        try:
            conn.sock.send(f"{head}{REFUSAL_HEADERS}\r\n{sentence}".encode())
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
        self._large.discard(conn)
        conn.arrival.data.clear()

    def _close(self, conn: Any) -> None:
        self._let_go(conn)
        self.nr_conns -= 1
        conn.close()
