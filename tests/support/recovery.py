"""How long things took to be right again."""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Recovery:
    """Seconds by what was broken."""

    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def note(self, fault: str, seconds: float) -> None:
        """It took so long this time."""
        self.seconds[fault].append(seconds)

    def measure(self, fault: str, until: Callable[[], object]) -> float:
        """Note how long `until` takes to return; returns that, in seconds."""
        began = time.monotonic()
        until()
        took = time.monotonic() - began
        self.note(fault, took)
        return took

    def lines(self) -> list[str]:
        """For a person: fault, how often, median and longest."""
        return [
            f"{fault}: {_middle(times):.2f} s, at most {max(times):.2f} s ({len(times)} ×)"
            for fault, times in self.seconds.items()
        ]


def _middle(times: list[float]) -> float:
    return sorted(times)[len(times) // 2]
