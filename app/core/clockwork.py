"""The clock: what has to happen by the passing of time. Exactly one runs."""

import threading
import time
from collections.abc import Callable

import structlog
from flask import Flask
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from app.core.events import Wiring
from app.core.relay import sweep

SWEEP_EVERY_S = 1.0
TICK_S = 0.5

log = structlog.get_logger()
Task = tuple[float, Callable[[], object]]


def run_clock(app: Flask, stopping: threading.Event) -> None:
    """Run each task of the wiring, and the sweep, every so many seconds until told to stop."""
    wiring: Wiring = app.extensions["wiring"]
    connection = app.extensions["redis"]
    tasks: list[Task] = [(SWEEP_EVERY_S, lambda: sweep(connection)), *wiring.clock]
    due = [0.0] * len(tasks)
    while not stopping.wait(TICK_S):
        for index, (every, task) in enumerate(tasks):
            if time.monotonic() >= due[index]:
                due[index] = time.monotonic() + every
                _run(app, task)


def _run(app: Flask, task: Callable[[], object]) -> None:
    try:
        with app.app_context():
            task()
    except (RedisError, SQLAlchemyError) as error:
        log.warning("clock.waiting", error=type(error).__name__)
    except Exception:
        log.exception("clock.task_failed")
