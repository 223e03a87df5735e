"""Kitchens as their sockets see them: which ticket came when."""

import re
import threading
from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from app.replay.browser import RequestFailed

PATIENCE_S = 20.0

_TICKET = re.compile(
    rb'id=\\"ticket-([0-9a-f-]{36})\\" data-order=\\"([0-9a-f-]{36})\\"'
    rb'.*?name=\\"version\\" value=\\"(\d+)\\"',
    re.DOTALL,
)


@dataclass(frozen=True)
class Ticket:
    """A ticket as its board got it, `at` on the clock of time.perf_counter."""

    id: str
    version: str
    station: str
    at: float


class Passes:
    """Every kitchen's tickets by order, as they come."""

    def __init__(self) -> None:
        self._arrival = threading.Condition()
        self._of_order: defaultdict[UUID, dict[str, Ticket]] = defaultdict(dict)

    def note(self, station: str, body: bytes, at: float) -> None:
        """Take a frame; a ticket that comes again keeps its first time."""
        with self._arrival:
            for found in _TICKET.findall(body):
                ticket, order, version = (text.decode() for text in found)
                known = self._of_order[UUID(order)]
                first = known[ticket].at if ticket in known else at
                known[ticket] = Ticket(ticket, version, station, first)
            self._arrival.notify_all()

    def wait_for(self, order_id: UUID, count: int) -> list[Ticket]:
        """An order's tickets, once there are so many; RequestFailed where they do not come."""
        with self._arrival:
            found = self._of_order[order_id]
            if not self._arrival.wait_for(lambda: len(found) >= count, PATIENCE_S):
                raise RequestFailed(200, f"{len(found)} of {count} tickets came")
            return list(found.values())

    def newest(self, order_id: UUID, ticket: Ticket) -> Ticket:
        """The ticket as its board shows it now."""
        with self._arrival:
            return self._of_order[order_id][ticket.id]
