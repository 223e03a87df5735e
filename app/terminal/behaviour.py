"""What the terminal is told to do with the next charges."""

import threading
from dataclasses import dataclass, replace
from typing import Literal, get_args

Mode = Literal[
    "approve", "decline", "slow", "hang", "twice", "drop_after_charge", "error_after_charge"
]
On = Literal["charge", "refund"]
ACTS: tuple[On, ...] = get_args(On)
MODES: tuple[Mode, ...] = get_args(Mode)
LONGEST_WAIT = 120.0
_DEFAULT_SECONDS: dict[Mode, float] = {"slow": 3.0, "hang": LONGEST_WAIT}


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """`count` new charges or refunds (None: all) of references in `prefix` do `mode`."""

    on: On = "charge"

    mode: Mode = "approve"
    count: int | None = None
    seconds: float = 0.0
    prefix: str = ""


class Behaviours:
    """The behaviours in force, one for each act and prefix. Safe among threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_force: dict[tuple[On, str], Behaviour] = {}
        self._drawn: dict[tuple[On, str], Behaviour] = {}

    def choose(
        self, mode: Mode, *, count: int | None, seconds: float | None, prefix: str, on: On
    ) -> None:
        """Put a behaviour in force for `on` and `prefix`, in place of the one it had."""
        wait = _DEFAULT_SECONDS.get(mode, 0.0) if seconds is None else min(seconds, LONGEST_WAIT)
        with self._lock:
            self._in_force[on, prefix] = Behaviour(
                on=on, mode=mode, count=count, seconds=wait, prefix=prefix
            )

    def draw(self, on: On, reference: str) -> Behaviour:
        """The behaviour of a new charge or refund; the same again for a repeat of it."""
        with self._lock:
            drawn = self._drawn.get((on, reference))
            if drawn is None:
                drawn = self._match(on, reference)
                self._use_up(drawn)
                self._drawn[on, reference] = drawn
            return drawn

    def in_force(self) -> list[Behaviour]:
        """What was chosen and is not used up, the shortest prefix first."""
        with self._lock:
            return sorted(self._in_force.values(), key=lambda b: (b.on, len(b.prefix), b.prefix))

    def _match(self, on: On, reference: str) -> Behaviour:
        fitting = [b for b in self._in_force.values() if b.on == on]
        fitting = [b for b in fitting if reference.startswith(b.prefix)]
        return max(fitting, key=lambda b: len(b.prefix), default=Behaviour(on=on))

    def _use_up(self, drawn: Behaviour) -> None:
        if drawn.count is None:
            return
        if drawn.count > 1:
            self._in_force[drawn.on, drawn.prefix] = replace(drawn, count=drawn.count - 1)
        else:
            del self._in_force[drawn.on, drawn.prefix]
