"""How a view stands: its rows and the location's number, read as of one instant."""

import threading
from collections import defaultdict

from sqlalchemy import text

from app.core.db import end_reading, execute, transaction
from app.core.sockets import frames
from app.core.sockets.screen import Place
from app.core.sockets.views import Named, StreamView
from app.core.stream import reached

Key = tuple[Place, str]


class Snapshots:
    """Makes snapshots and keeps the newest of each view, so that a crowd costs one reading."""

    def __init__(self) -> None:
        self._kept: dict[Key, tuple[int, bytes]] = {}
        self._making: defaultdict[Key, threading.Lock] = defaultdict(threading.Lock)

    def take(
        self, tenant: Named, location: Named, name: str, view: StreamView
    ) -> tuple[int, bytes]:
        """Number and message of a view as it stands now; raises NotFound for an unknown key."""
        end_reading()  # what was read before this has an instant of its own
        key = ((tenant.id, location.id), name)
        with self._making[key], transaction():
            execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            seq = reached(location.id)
            kept = self._kept.get(key)
            if kept is None or kept[0] != seq:
                kept = self._kept[key] = (seq, _message(seq, tenant, location, name, view))
        return kept

    def forget(self, place: Place, name: str) -> None:
        """Nobody watches this view any more."""
        self._kept.pop((place, name), None)
        self._making.pop((place, name), None)


def _message(seq: int, tenant: Named, location: Named, name: str, view: StreamView) -> bytes:
    key = name.partition(":")[2]
    shown = view.snapshot(tenant, location, key) if view.snapshot else None
    return frames.snapshot(seq, shown)
