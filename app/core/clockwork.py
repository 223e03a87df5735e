"""The clock: what has to happen by the passing of time. Exactly one runs."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import structlog
from flask import Flask
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.core.db import end_reading, session
from app.core.events import Task, Wiring
from app.core.relay import sweep
from app.core.tenant import tenant_scope

SWEEP_EVERY_S = 1.0
TICK_S = 0.5
# How long a round may go on when the process is told to stop. What is cut off is begun anew.
LAST_S = 1.0

log = structlog.get_logger()


def run_clock(app: Flask, stopping: threading.Event) -> None:
    """Run each task of the wiring, and the sweep, every so many seconds until told to stop.

    Rounds, which may take minutes, have a thread of their own: the beats go on meanwhile.
    """
    wiring: Wiring = app.extensions["wiring"]
    connection = app.extensions["redis"]
    beats: list[Task] = [(SWEEP_EVERY_S, lambda: sweep(connection)), *wiring.clock]
    rounds = threading.Thread(
        target=_keep, args=(app, wiring.rounds, stopping), name="rounds", daemon=True
    )
    rounds.start()
    _keep(app, beats, stopping)
    rounds.join(LAST_S)


def in_each(tenant_ids: Iterable[UUID], act: Callable[[], object]) -> None:
    """Do `act` in each tenant's scope: where it fails the log says so, and the others' turn comes.

    Belongs outside transactions. Raises where the database itself is away.
    """
    for tenant_id in tenant_ids:
        with tenant_scope(tenant_id), apart(getattr(act, "__name__", "")):
            act()
            end_reading()  # what comes next is another tenant's


@contextmanager
def apart(part: str) -> Iterator[None]:
    """A part of a round whose failure is logged, by tenant, and keeps no other part from its turn.

    Belongs outside transactions. Raises where the database itself is away.
    """
    try:
        yield
    except SQLAlchemyError as error:
        session().rollback()
        if _is_away(error):
            raise
        log.warning("clock.part_waiting", part=part, error=_name(error))
    except Exception:
        session().rollback()
        log.exception("clock.part_failed", part=part)


def _keep(app: Flask, tasks: Sequence[Task], stopping: threading.Event) -> None:
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
        log.warning("clock.waiting", error=_name(error))
    except Exception:
        log.exception("clock.task_failed")


def _is_away(error: SQLAlchemyError) -> bool:
    """Whether nobody answered, as against a statement that was refused or took too long."""
    if not isinstance(error, DBAPIError):
        return True  # no connection to be had
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) is None


def _name(error: Exception) -> str:
    return type(getattr(error, "orig", None) or error).__name__
