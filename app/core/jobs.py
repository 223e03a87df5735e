"""Jobs: RQ carries (tenant, outbox id); the outbox row says what to do and whether it is done."""

import time
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from flask import Flask, current_app
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import bindparam, case, select, update

from app.core import clock, crash
from app.core.db import among, end_reading, execute, of_tenant, transaction
from app.core.db import run as run_kept
from app.core.events import GiveUp, Job, wiring
from app.core.model import Json
from app.core.models import Outbox
from app.core.tenant import current_tenant_id, tenant_scope

# How long a job is left to a worker that may have died. A staged one calls somebody, who may
# take 22 s; of a plain one the row itself is locked, so that a second worker cannot spoil it.
LEASE, STAGED_LEASE = timedelta(seconds=5), timedelta(seconds=30)
PAUSE_S = 1.0
BACK_OFF_S = (1, 5, 15, 60, 300)
# The workers, apart by whom they may wait for: the terminal, nobody, mail servers and the like.
# Each takes from its first queue for as long as there is something: what stands in `names` waits
# for servers that anybody may have named, so it comes after every mail.
WORKERS = {"payments": ("payments",), "stock": ("stock",), "office": ("office", "names")}
QUEUES = tuple(name for names in WORKERS.values() for name in names)

_IS_UNDONE = (of_tenant(Outbox), Outbox.id == bindparam("row_id"), Outbox.done_at.is_(None))
_UNDONE = select(Outbox.id).where(*_IS_UNDONE).with_for_update()
_LEASE = (
    update(Outbox)
    .where(
        *_IS_UNDONE,
        Outbox.leased_until.is_(None) | (Outbox.leased_until < bindparam("now")),
    )
    .values(
        leased_until=case(
            (among(Outbox.handler, "staged"), bindparam("staged_until")),
            else_=bindparam("until"),
        ),
        attempts=Outbox.attempts + 1,
    )
    .returning(Outbox.handler, Outbox.payload)
)
_DONE = update(Outbox).where(*_IS_UNDONE).values(done_at=bindparam("now"), error=None)

log = structlog.get_logger()


def queue(name: str, connection: Redis) -> Queue:
    """One of QUEUES, with JSON instead of pickle."""
    return Queue(name, connection=connection, serializer=JSONSerializer)


class Worker(SimpleWorker):
    """Takes jobs one after the other; a Redis that says nothing is given up within seconds."""

    max_connection_wait_time = 1.0
    dequeue_timeout, connection_timeout = 1, 3


def queues_of(worker: str, connection: Redis) -> list[Queue]:
    """The queues of one of WORKERS, in the order in which they are served."""
    return [queue(name, connection) for name in WORKERS[worker]]


def work(app: Flask, worker: str, connection: Redis) -> None:
    """Carry out the jobs of one of WORKERS until told to stop (SIGTERM finishes the job at hand).

    A lost Redis is waited for: where RQ gives it up, this begins anew.
    """
    with app.app_context():
        while True:
            try:
                _take_jobs(queues_of(worker, connection), connection)
                return
            except RedisError as error:
                log.warning("worker.waiting", error=type(error).__name__)
                time.sleep(PAUSE_S)


def _take_jobs(queues: list[Queue], connection: Redis) -> None:
    worker = Worker(queues, connection=connection, serializer=JSONSerializer)
    worker.work(with_scheduler=False, logging_level="WARNING")


def run(tenant_id: str, outbox_id: str) -> str:
    """Do what an outbox row says, once: the entry point that RQ calls.

    Returns "done", or why there was nothing to do; a failing handler leaves the row to be
    sent again after a back-off, one that gives up leaves it as over.
    """
    # A context of its own: each job has its own session.
    with current_app.app_context(), tenant_scope(UUID(tenant_id)):
        crash.point("after-dequeue")
        return _run(UUID(outbox_id))


def _run(row_id: UUID) -> str:
    leased = _lease(row_id)
    if leased is None:
        return "already done or in other hands"
    job, payload = leased
    try:
        _carry_out(job, payload, row_id)
    except GiveUp as error:
        return _give_up(row_id, error)
    except Exception as error:
        log.exception("job.failed", outbox_id=str(row_id))
        if _is_worth_trying(job, row_id):
            _put_back(row_id, error)
            return "failed"
        return _give_up(row_id, error)
    crash.point("after-done")
    return "done"


def _lease(row_id: UUID) -> tuple[Job, Json] | None:
    now = clock.now()
    staged = [name for name, job in wiring().jobs.items() if job.staged]
    with transaction():
        row = run_kept(
            _LEASE,
            row_id=row_id,
            staged=staged,
            now=now,
            until=now + LEASE,
            staged_until=now + STAGED_LEASE,
        ).one_or_none()
    return None if row is None else (wiring().jobs[row.handler], row.payload)


def _carry_out(job: Job, payload: Json, row_id: UUID) -> None:
    if job.staged:
        job.run(payload)
    with transaction():
        undone = run_kept(_UNDONE, row_id=row_id).one_or_none()
        if undone is None:
            return
        if not job.staged:
            job.run(payload)
        run_kept(_DONE, row_id=row_id, now=clock.now())


def _is_worth_trying(job: Job, row_id: UUID) -> bool:
    if job.worth_trying is None:
        return True
    begun: datetime = execute(
        select(Outbox.created_at).where(
            Outbox.tenant_id == current_tenant_id(), Outbox.id == row_id
        )
    ).scalar_one()
    end_reading()
    return clock.now() < begun + job.worth_trying


def _give_up(row_id: UUID, error: Exception) -> str:
    with transaction():
        _update(row_id, done_at=clock.now(), leased_until=None, error=_told(error))
    log.warning("job.given_up", outbox_id=str(row_id), error=_told(error))
    return "given up"


def _put_back(row_id: UUID, error: Exception) -> None:
    with transaction():
        attempts = execute(
            select(Outbox.attempts).where(
                Outbox.tenant_id == current_tenant_id(), Outbox.id == row_id
            )
        ).scalar_one()
        wait = BACK_OFF_S[min(attempts, len(BACK_OFF_S)) - 1]
        _update(
            row_id,
            sent_at=None,
            leased_until=None,
            not_before=clock.now() + timedelta(seconds=wait),
            error=_told(error),
        )


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def _update(row_id: UUID, **values: object) -> None:
    execute(
        update(Outbox)
        .where(Outbox.tenant_id == current_tenant_id(), Outbox.id == row_id)
        .values(**values)
    )
