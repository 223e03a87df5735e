"""The one source of the present time, which tests can replace, and how far its days reach."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime

Clock = Callable[[], datetime]

# The days that people may name. The calendar of Python goes further, but a day that has none
# before or after it, or that ends in the next year elsewhere, cannot be worked with.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)


def _system_clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 the one place that asks the system


_clock: ContextVar[Clock] = ContextVar("clock", default=_system_clock)


def now() -> datetime:
    """Return the present time, aware and in UTC."""
    return _clock.get()()


@contextmanager
def use(clock: Clock | datetime) -> Iterator[None]:
    """Make `now` read the clock given, or stand still at the instant given, inside the block.

    The instant must be aware; a naive one raises ValueError, for it would be off by the zone.
    """
    token = _clock.set(_standing(clock) if isinstance(clock, datetime) else clock)
    try:
        yield
    finally:
        _clock.reset(token)


def _standing(instant: datetime) -> Clock:
    if instant.tzinfo is None:
        raise ValueError("The clock needs an aware instant.")
    fixed = instant.astimezone(UTC)
    return lambda: fixed
