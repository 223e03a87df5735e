"""Several people at the same moment, each on a connection of his own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

LIMIT_S = 30.0

Result = TypeVar("Result")


def together(act: Callable[[int], Result], count: int) -> list[Result]:
    """Have `count` threads call `act(0)`, `act(1)`, … at once; their results in that order.

    A thread has a context of its own: `act` opens application and tenant itself.
    """
    start = Barrier(count, timeout=LIMIT_S)

    def wait_and_act(index: int) -> Result:
        start.wait()
        return act(index)

    with ThreadPoolExecutor(count) as people:
        return list(people.map(wait_and_act, range(count), timeout=LIMIT_S))
