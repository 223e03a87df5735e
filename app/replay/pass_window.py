"""The kitchen's socket: which ticket arrived when."""

import json
import re
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from simple_websocket import Client, ConnectionClosed

_TICKET = re.compile(
    r'<article class="ticket[^>]*? id="ticket-(?P<id>[0-9a-f-]{36})"'
    r'[^>]*? data-order="(?P<order>[0-9a-f-]{36})"'
)
_VERSION = re.compile(r'name="version" value="(\d+)"')


@dataclass(frozen=True)
class Ticket:
    """A ticket as the screen got it; `at` is on the clock of time.perf_counter, in seconds."""

    id: UUID
    version: int
    at: float


@dataclass
class Pass:
    """Listens until closed. A ticket is new once; what comes again is counted apart."""

    tickets: dict[UUID, Ticket] = field(default_factory=dict)
    repeated: int = 0
    gaps: int = 0
    _seen: set[UUID] = field(default_factory=set)
    _arrival: threading.Condition = field(default_factory=threading.Condition)
    _seq: int | None = None

    def listen(self, url: str, origin: str, cookies: str) -> None:
        """Connect, and read frames in a thread of its own."""
        self._socket = Client(url, headers={"Origin": origin, "Cookie": cookies})
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def wait_for(self, order_id: UUID, timeout: float) -> Ticket | None:
        """The order's ticket, once it has arrived; None when it does not, in seconds."""
        with self._arrival:
            self._arrival.wait_for(lambda: order_id in self.tickets, timeout)
            return self.tickets.get(order_id)

    def close(self) -> None:
        """Stop listening; a socket that its server has closed is closed already."""
        with suppress(ConnectionClosed):
            self._socket.close()
        self._thread.join(timeout=5)

    def _read(self) -> None:
        try:
            while True:
                self._take(json.loads(self._socket.receive()), time.perf_counter())
        except ConnectionClosed:
            return

    def _take(self, frame: dict[str, object], at: float) -> None:
        seq = int(str(frame.get("seq", 0)))
        is_delta = "topics" in frame
        with self._arrival:
            if is_delta and self._seq is not None and seq > self._seq + 1:
                self.gaps += 1
            self._seq = max(seq, self._seq or 0)
            self._note(str(frame.get("content") or ""), at)
            self._arrival.notify_all()

    def _note(self, content: str, at: float) -> None:
        for found in _TICKET.finditer(content):
            ticket_id, order_id = UUID(found["id"]), UUID(found["order"])
            version = _VERSION.search(content, found.end())
            if ticket_id in self._seen:
                self.repeated += 1
            self._seen.add(ticket_id)
            self.tickets[order_id] = Ticket(ticket_id, int(version[1]) if version else 1, at)
