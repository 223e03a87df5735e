"""Relay and workers in the test's own process, for tests that need no processes."""

import time
from typing import LiteralString
from uuid import UUID

from flask import Flask
from psycopg import Connection
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from app.core.jobs import QUEUES, queue
from app.core.redis import client
from app.core.relay import relay_batch

LIMIT_S = 60.0

UNFINISHED = """
SELECT id, handler, attempts, error FROM outbox
WHERE id >= %(since)s AND CASE WHEN sent_at IS NULL THEN coalesce(not_before, now()) <= now()
                               ELSE done_at IS NULL AND seq IS NULL END
"""
UNTRIED = UNFINISHED + "AND error IS NULL"
FAILED = """
SELECT id, handler, attempts, error FROM outbox
WHERE id >= %(since)s AND error IS NOT NULL AND done_at IS NULL
"""


def drain(app: Flask, owner: Connection, since: UUID, *, failures: bool = False) -> None:
    """Relay and carry out jobs until nothing is due; what waits for a later time stays.

    Rows older than the id `since` are another module's: they may be waiting for a terminal that
    is no more. A failing job fails the test unless `failures` says that it is expected: then it is
    tried once, however long this machine takes until its next time has come.
    """
    deadline = time.monotonic() + LIMIT_S
    failed_before = set(_rows(owner, FAILED, since))
    due = UNTRIED if failures else UNFINISHED
    while unfinished := _rows(owner, due, since):
        assert time.monotonic() < deadline, f"outbox rows never finish: {unfinished}"
        with app.app_context():
            relay_batch(client())
            _work()
    failed = set(_rows(owner, FAILED, since)) - failed_before
    assert failures or not failed, f"jobs failed: {failed}"


def _rows(owner: Connection, statement: LiteralString, since: UUID) -> list[tuple[object, ...]]:
    return owner.execute(statement, {"since": since}).fetchall()


def _work() -> None:
    connection = client()
    worker = SimpleWorker(
        [queue(name, connection) for name in QUEUES],
        connection=connection,
        serializer=JSONSerializer,
    )
    worker.work(burst=True, with_scheduler=False, logging_level="ERROR")
