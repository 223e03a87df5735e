"""One socket: where it stands in its location's sequence, and what waits behind a snapshot."""

import time
from typing import Any
from uuid import UUID

from app.core.sockets.views import Named
from app.core.sockets.wire import LINGER_S, PING, Wire, close_message

GOING_AWAY, POLICY, TRY_LATER, RESTART = 1001, 1008, 1013, 1012
RESYNC_EVERY_S = 1.0

Place = tuple[UUID, UUID]


class Screen:
    """A socket that watches one view of one location.

    While a snapshot is being made, frames are kept back in order; those above the snapshot's
    number follow it.
    """

    def __init__(
        self, tenant: Named, location: Named, view: str, entry_id: UUID, connection: Any
    ) -> None:
        self.tenant, self.location, self.view = tenant, location, view
        self.entry_id = entry_id
        self.seq = 0
        self._connection = connection
        self._wire: Wire = connection.sock
        self._held: list[tuple[int, bytes]] | None = None
        self._resync_from = 0.0

    @property
    def place(self) -> Place:
        """Tenant and location."""
        return self.tenant.id, self.location.id

    @property
    def is_live(self) -> bool:
        """Whether frames go straight through: no snapshot is under way."""
        return self._held is None

    def hold(self) -> bool:
        """Keep frames back for a snapshot; False when one is under way already."""
        if self._held is not None:
            return False
        self._held = []
        return True

    def show(self, seq: int, message: bytes) -> bool:
        """Send a snapshot, then what was kept back; False when there is a gap behind it."""
        self._wire.send(message)
        held, self._held, self.seq = self._held or [], None, seq
        return all(self.take(number, frame) for number, frame in held)

    def take(self, seq: int, message: bytes) -> bool:
        """Take a frame: pass it on, keep it back, or skip an old one; False when one is missing."""
        if self._held is not None:
            self._held.append((seq, message))
        elif seq == self.seq + 1:
            self.seq = seq
            self.push(message)
        return seq <= self.seq or self._held is not None

    def push(self, message: bytes) -> None:
        """Send without waiting; a socket that cannot take it whole is cut, and comes back."""
        if not self._wire.push(message):
            self._wire.cut()

    def ping(self) -> None:
        """Ask for a sign of life; cut the socket when the last one was not answered."""
        if not self._connection.pong_received:
            self.close(GOING_AWAY)
            return
        self._connection.pong_received = False
        self.push(PING)

    def may_resync(self) -> bool:
        """Whether this screen may ask for a snapshot now: at most once a second."""
        now = time.monotonic()
        allowed, self._resync_from = now >= self._resync_from, now + RESYNC_EVERY_S
        return allowed

    def part(self) -> None:
        """Let the last message arrive before the socket is closed."""
        self._connection.thread.join(LINGER_S)
        if not self._connection.thread.is_alive():
            self._wire.drain()

    def close(self, code: int) -> None:
        """Say why and hang up."""
        self._wire.push(close_message(code))
        self._wire.cut()
