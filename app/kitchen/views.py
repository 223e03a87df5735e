"""What a board shows, as templates get it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"


@dataclass(frozen=True, kw_only=True)
class StationView:
    """A station, its threshold in minutes, and how many tickets it has undone."""

    id: UUID
    slug: str
    name: str
    kind: str
    late_minutes: int
    undone: int = 0


@dataclass(frozen=True, kw_only=True)
class ModifierView:
    """A modifier in the kitchen's words; `mark` is what stands out before it (NO, ADD)."""

    mark: str
    name: str


@dataclass(frozen=True, kw_only=True)
class TicketLineView:
    """A line of a ticket."""

    id: UUID
    quantity: Decimal
    name: str
    modifiers: tuple[ModifierView, ...]
    allergies: tuple[tuple[str, int | None], ...]
    note: str
    state: str
    void_text: str

    @property
    def amount(self) -> str:
        """The quantity as it is read: 2, not 2.000."""
        return _plain(self.quantity)

    @property
    def is_struck(self) -> bool:
        """Whether it was voided, confirmed or not."""
        return self.state in ("voided", "confirmed")


@dataclass(frozen=True, kw_only=True)
class TicketView:
    """A ticket; `warn_after` and `late_after` are seconds since it was fired."""

    id: UUID
    station_id: UUID
    order_id: UUID
    slot: int
    state: str
    version: int
    title: str
    subtitle: str
    fired_at: datetime
    seen_at: datetime | None
    bumped_at: datetime | None
    late_after: timedelta
    lines: tuple[TicketLineView, ...]
    also_at: tuple[tuple[str, bool], ...]

    @property
    def sort(self) -> str:
        """Sorts tickets by firing time, as text."""
        return f"{int(self.fired_at.timestamp() * 1_000_000):017d}"

    @property
    def late_seconds(self) -> int:
        """Ticket time from which it is late."""
        return int(self.late_after.total_seconds())

    @property
    def warn_seconds(self) -> int:
        """Ticket time from which it is amber: two thirds of the way to late."""
        return self.late_seconds * 2 // 3

    @property
    def is_on_board(self) -> bool:
        """Whether it is still shown."""
        return self.state != "bumped"

    @property
    def has_void(self) -> bool:
        """Whether a void waits to be confirmed."""
        return any(line.state == "voided" for line in self.lines)


@dataclass(frozen=True, kw_only=True)
class AllDayView:
    """How many of one thing the station has undone in total, hidden tickets included."""

    name: str
    quantity: Decimal

    @property
    def amount(self) -> str:
        """The quantity as it is read: 2, not 2.000."""
        return _plain(self.quantity)


@dataclass(frozen=True, kw_only=True)
class BoardView:
    """A station's board: its open tickets, oldest first, and what is undone."""

    station: StationView
    tickets: tuple[TicketView, ...]
    all_day: tuple[AllDayView, ...]


@dataclass(frozen=True, kw_only=True)
class DayView:
    """How the station has done today: median ticket time, and the share in time (per cent).

    None before the first bump. Tickets of more than an hour are left out.
    """

    median: timedelta | None
    on_time: int | None

    @property
    def median_clock(self) -> str:
        """The median in minutes and seconds."""
        minutes, seconds = divmod(int((self.median or timedelta()).total_seconds()), 60)
        return f"{minutes}:{seconds:02d}"
