"""The relay: takes committed outbox rows to where they go, in order, at least once.

Jobs go to RQ under the outbox row's id; a location's stream rows are published in the order
of their numbers by the one relay that holds the advisory lock.
"""

import json
import time
from collections import defaultdict
from collections.abc import Callable
from itertools import groupby
from typing import Any
from uuid import UUID

import structlog
from flask import Flask
from redis import Redis
from redis.client import PubSub
from redis.exceptions import RedisError
from rq import Queue
from sqlalchemy import Row, bindparam, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock, crash, redis
from app.core.db import among, execute, of_tenant, run, session, set_tenant, transaction
from app.core.events import wiring
from app.core.jobs import QUEUES, queue
from app.core.models import Outbox
from app.core.outbox import STREAM
from app.core.tenant import current_tenant_id, tenant_scope

BATCH = 200
POLL_S = 0.5
_LOCK = 0x6E69_6262
# One statement: whoever does not get the lock claims nothing.
_CLAIM = text(
    "SELECT claimed.* FROM (SELECT pg_try_advisory_xact_lock(:lock) AS mine) AS turn,"
    " app.outbox_claim(CASE WHEN turn.mine THEN :most ELSE 0 END) AS claimed"
)
_SENT = (
    update(Outbox)
    .where(of_tenant(Outbox), among(Outbox.id, "row_ids"))
    .values(sent_at=bindparam("now"), leased_until=None)
)

log = structlog.get_logger()
Claimed = Row[Any]


def run_relay(app: Flask, stopping: Callable[[], bool]) -> None:
    """Relay until told to stop; a lost server is waited for, never given up on."""
    with app.app_context():
        ear = _listen()
    while not stopping():
        try:
            with app.app_context():
                moved = relay_batch(app.extensions["redis"])
            if moved < BATCH:
                ear.get_message(timeout=POLL_S)
        except (RedisError, SQLAlchemyError) as error:
            log.warning("relay.waiting", error=type(error).__name__)
            time.sleep(POLL_S)


def _listen() -> PubSub:
    ear: PubSub = redis.client().pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    try:
        ear.subscribe(redis.WAKE)
    except RedisError:
        log.warning("relay.deaf")
    return ear


def relay_batch(connection: Redis) -> int:
    """Send one batch of unsent rows; returns how many. Publishes first, then marks as sent."""
    with transaction():
        rows = execute(_CLAIM, {"lock": _LOCK, "most": BATCH}).all()
        for tenant_id, group in groupby(
            sorted(rows, key=_turn),
            key=lambda row: row.tenant_id,
        ):
            _relay_tenant(connection, tenant_id, list(group))
        set_tenant(session().connection(), None)
    return len(rows)


def _turn(row: Claimed) -> tuple[UUID, bool, int]:
    """By tenant: what screens wait for in the order of its numbers, then jobs."""
    return row.tenant_id, row.seq is None, row.seq or 0


def _relay_tenant(connection: Redis, tenant_id: UUID, rows: list[Claimed]) -> None:
    with tenant_scope(tenant_id):
        set_tenant(session().connection(), tenant_id)
        for row in rows:
            if row.handler == STREAM:
                _publish(connection, tenant_id, row)
        _enqueue(connection, tenant_id, [row for row in rows if row.handler != STREAM])
        crash.point("after-publish")
        run(_SENT, row_ids=[row.id for row in rows], now=clock.now())


def _enqueue(connection: Redis, tenant_id: UUID, rows: list[Claimed]) -> None:
    """Hand jobs to their queues, one exchange with Redis a queue."""
    of_queue: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        job = wiring().jobs.get(row.handler)
        if job is None:
            # One row of another version must not stop all others; the sweep brings it back.
            log.error("relay.no_such_job", handler=row.handler, outbox_id=str(row.id))
            continue
        of_queue[job.queue].append(
            Queue.prepare_data(
                "app.core.jobs.run",
                (str(tenant_id), str(row.id)),
                job_id=str(row.id),
                result_ttl=0,
                failure_ttl=60,
            )
        )
    for name, jobs in of_queue.items():
        queue(name, connection).enqueue_many(jobs)


def _publish(connection: Redis, tenant_id: UUID, row: Claimed) -> None:
    topics: list[str] = row.payload["topics"]
    frame = {
        "seq": row.seq,
        "at": clock.now().isoformat(timespec="milliseconds"),
        "topics": topics,
        "views": _views(row.location_id, topics),
    }
    connection.publish(
        redis.stream_channel(tenant_id, row.location_id), json.dumps(frame, ensure_ascii=False)
    )


def _views(location_id: UUID, topics: list[str]) -> dict[str, str]:
    """Fragments by view. A fragment that fails must not hold up the rest: a snapshot mends it."""
    views: dict[str, str] = {}
    for kind, renderer in wiring().renderers.items():
        ids = [topic.split(":", 1)[1] for topic in topics if topic.startswith(kind + ":")]
        if not ids:
            continue
        try:
            with session().begin_nested():
                views |= renderer(location_id, ids)
        except Exception:
            log.exception("relay.fragment_failed", kind=kind)
    return views


def sweep(connection: Redis) -> int:
    """Have overdue jobs sent again: RQ forgot them, or who began them died. Returns how many.

    A job that waits in its queue is left alone for 30 s. RQ's word that it knows of a job says
    nothing: it knows those of dead workers for minutes.
    """
    with transaction():
        overdue = execute(text("SELECT * FROM app.outbox_overdue()")).all()
        waiting = _waiting(connection) if overdue else set()
        lost = [row for row in overdue if row.stale or str(row.id) not in waiting]
        for tenant_id, group in groupby(sorted(lost), key=lambda row: row.tenant_id):
            with tenant_scope(tenant_id):
                set_tenant(session().connection(), tenant_id)
                _send_again([row.id for row in group])
        set_tenant(session().connection(), None)
    if lost:
        redis.wake_relay()
    return len(lost)


def _send_again(row_ids: list[UUID]) -> None:
    ours = Outbox.tenant_id == current_tenant_id()
    free = (
        select(Outbox.id)
        .where(
            ours,
            Outbox.id.in_(row_ids),
            # Begun since it was looked at: its lease stands.
            Outbox.leased_until.is_(None) | (Outbox.leased_until < clock.now()),
        )
        # One that somebody holds is in good hands, and must not hold up other tenants'.
        .with_for_update(skip_locked=True)
    )
    execute(update(Outbox).where(ours, Outbox.id.in_(free)).values(sent_at=None, leased_until=None))


def _waiting(connection: Redis) -> set[str]:
    return {job_id for name in QUEUES for job_id in queue(name, connection).job_ids}
