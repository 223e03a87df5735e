"""Events: what a command says happened. `app/wiring.py` says who listens."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Protocol

from flask import current_app

from app.core.model import Json
from app.core.outbox import later, payload_of
from app.core.sockets.views import StreamView

# Every so many seconds, and what is done then.
Task = tuple[float, Callable[[], object]]


class Event(Protocol):
    """A frozen dataclass of ids and plain values."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


class GiveUp(Exception):
    """Raised by a job's handler: it is over without success, and trying again would not help.

    `str()` says why, for logs: no name, no address.
    """


@dataclass(frozen=True)
class Job:
    """A job handler and the queue that carries it.

    A plain handler runs inside one transaction with its own "done". A staged one (a call to
    a foreign system between two transactions) opens its own and may run again after a
    crash, so each of its stages is idempotent. One that fails is tried again, for ever or
    until it is `worth_trying` no longer.
    """

    queue: str
    run: Callable[[Json], None]
    staged: bool = False
    worth_trying: timedelta | None = None


@dataclass(frozen=True)
class On:
    """Who listens to an event: `now` in the same transaction, `later` as jobs, by name."""

    now: tuple[Callable[[Any], None], ...] = ()
    later: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wiring:
    """The composition table of the application.

    The clock's tasks take seconds at most; `rounds` may take minutes, and hold up one another only.
    """

    events: Mapping[type, On]
    jobs: Mapping[str, Job]
    renderers: Mapping[str, Callable[[Any, list[str]], dict[str, str]]]
    views: Mapping[str, StreamView] = field(default_factory=dict)
    clock: tuple[Task, ...] = ()
    rounds: tuple[Task, ...] = ()


def wiring() -> Wiring:
    """The composition table of this application."""
    found: Wiring = current_app.extensions["wiring"]
    return found


def emit(event: Event) -> None:
    """Tell everybody who listens. Belongs inside a transaction; a failing listener fails it."""
    heard = wiring().events.get(type(event), On())
    for listener in heard.now:
        listener(event)
    for handler in heard.later:
        later(handler, payload_of(event), event=type(event).__name__)
