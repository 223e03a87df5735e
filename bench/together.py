"""Many clients at once, each a process of its own, all beginning at the same moment."""

import multiprocessing
import time
from collections.abc import Callable, Sequence
from typing import Any

# A client as each process runs it: made from its argument, then called until the time is over.
Make = Callable[[Any], Callable[[], None]]
WARM_UP = 5


def run_together(make: Make, arguments: Sequence[Any], seconds: float) -> tuple[list[float], float]:
    """Run `make(argument)()` again and again in one process an argument.

    Returns how long each call took (s) and how many were done a second, all clients together.
    Raises RuntimeError where a client failed.
    """
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(len(arguments))
    answers: Any = context.SimpleQueue()
    clients = [
        context.Process(target=_client, args=(make, argument, seconds, ready, answers), daemon=True)
        for argument in arguments
    ]
    for client in clients:
        client.start()
    found = [answers.get() for _ in clients]
    for client in clients:
        client.join()
    failures = [one for one in found if isinstance(one, str)]
    if failures:
        raise RuntimeError(failures[0])
    durations = [duration for one in found for duration in one]
    return durations, len(durations) / seconds


def _client(make: Make, argument: Any, seconds: float, ready: Any, answers: Any) -> None:
    try:
        act = make(argument)
        for _ in range(WARM_UP):
            act()
        ready.wait(60)
        answers.put(_repeat(act, time.perf_counter() + seconds))
    except Exception as error:  # noqa: BLE001 (said in the parent)
        answers.put(f"{type(error).__name__}: {error}")


def _repeat(act: Callable[[], None], end: float) -> list[float]:
    durations: list[float] = []
    while (began := time.perf_counter()) < end:
        act()
        durations.append(time.perf_counter() - began)
    return durations
