"""The rules of the kitchen: tickets, lateness, slots on the board, bump and recall."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import count

from app.core.errors import Conflict
from app.core.states import StateMachine
from app.ordering.domain.states import LineState

UNDO_BUMP_WITHIN = timedelta(seconds=5)
SLOT_RESTS = timedelta(seconds=2)


class TicketState(StrEnum):
    """Where a ticket is on its station's board."""

    OPEN = "open"
    READY = "ready"
    BUMPED = "bumped"


class TicketLineState(StrEnum):
    """Where one line of a ticket is; a void stays until the cook confirms it."""

    OPEN = "open"
    DONE = "done"
    VOIDED = "voided"
    CONFIRMED = "confirmed"


TICKET = StateMachine(
    "ticket",
    {
        TicketState.OPEN: ("ready", "bumped"),
        TicketState.READY: ("open", "bumped"),
        TicketState.BUMPED: ("open",),
    },
)

TICKET_LINE = StateMachine(
    "ticket line",
    {
        TicketLineState.OPEN: ("done", "voided"),
        TicketLineState.DONE: ("open", "voided"),
        TicketLineState.VOIDED: ("confirmed",),
    },
)

_LIVE = frozenset({TicketLineState.OPEN, TicketLineState.DONE})


def voided_by(name: str) -> str:
    """What stands by a line that somebody of this name took off."""
    return f"voided by {name}"


def late_after(threshold: timedelta, longest_prep: timedelta) -> timedelta:
    """Return the ticket time from which it is late.

    The larger of the station's threshold and 1.2 × the longest prep time on the ticket.
    """
    return max(threshold, longest_prep * 6 / 5)


def late_at(
    fired_at: datetime,
    threshold: timedelta,
    longest_prep: timedelta,
    promised_at: datetime | None = None,
) -> datetime:
    """Return when a ticket becomes late; a promised one does at the time promised."""
    return promised_at or fired_at + late_after(threshold, longest_prep)


def free_slot(taken: Collection[int], freed: Mapping[int, datetime], now: datetime) -> int:
    """Return the smallest slot of the board, from 1, that a new ticket may take.

    A freed slot rests for 2 s, so that a tap meant for the old ticket cannot hit a new one.
    """
    return next(
        slot
        for slot in count(1)
        if slot not in taken and not (slot in freed and now - freed[slot] < SLOT_RESTS)
    )


def is_line_ready(ticket_line_states: Iterable[str]) -> bool:
    """Tell whether all ticket lines of a line, at every station, are done; voided ones aside."""
    live = [state for state in ticket_line_states if state in _LIVE]
    return bool(live) and all(state == TicketLineState.DONE for state in live)


def line_state_in_kitchen(ticket_line_states: Collection[str], *, is_begun: bool) -> LineState:
    """Return the state of a fired line from its ticket lines.

    Ready when all are done, preparing when one is or the kitchen has begun, else fired.
    """
    if is_line_ready(ticket_line_states):
        return LineState.READY
    any_done = any(state == TicketLineState.DONE for state in ticket_line_states)
    return LineState.PREPARING if any_done or is_begun else LineState.FIRED


def may_undo_bump(bumped_at: datetime, now: datetime) -> bool:
    """Tell whether a bump may be undone on the spot, without the permission to recall."""
    return now - bumped_at <= UNDO_BUMP_WITHIN


def require_recallable(ticket_day: date, today: date) -> None:
    """Raise Conflict for a ticket of an earlier business day."""
    if ticket_day != today:
        raise Conflict("ticket_of_past_day", "Only tickets of today can be recalled.")
