"""From the commit to the job: what the relay moves, how soon a job starts, how many are done."""

import time
from datetime import timedelta
from uuid import UUID

import psycopg
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from app.core import clock
from app.core.db import transaction
from app.core.jobs import LEASE
from app.core.outbox import later
from app.core.relay import BATCH
from bench.figures import Figure, percentile
from bench.scene import Scene

# A real job with next to nothing to do: no ingredient, so no menu item to look at.
HANDLER = "inventory.show_left"
WORKER = "worker-stock"
PAUSE_S = 0.02
LIMIT_S = 120.0


def measure(scene: Scene) -> list[Figure]:
    """Rates in a rush of rows, and the wait of single rows, on the processes that run."""
    rows, rounds = scene.pick(500, 2000), scene.pick(100, 400)
    with psycopg.connect(scene.own.addresses.owner_url, autocommit=True) as owner:
        starts = _starts_ms(scene, owner, rounds)
        floor = _updates_per_s(scene, owner, rows)
        relayed, done = _rush(scene, owner, rows)
    return [
        Figure(
            key="relay_rows_per_s",
            value=relayed,
            unit="1/s",
            says="outbox rows to RQ; floor: claiming and marking them alone, in psycopg",
            floor=floor,
        ),
        Figure(
            key="jobs_per_s",
            value=done,
            unit="1/s",
            says="jobs done by one worker, each once; floor: RQ alone, doing nothing",
            floor=_bare_jobs_per_s(scene, rows),
        ),
        *(
            Figure(
                key=f"job_start_ms_p{percent}",
                value=percentile(starts, percent),
                unit="ms",
                says=f"commit → the job has begun, p{percent}",
            )
            for percent in (50, 99)
        ),
    ]


def nothing() -> None:
    """What a job of the floor does."""


def _starts_ms(scene: Scene, owner: psycopg.Connection, rounds: int) -> list[float]:
    """A lease is written when a job begins; it counts from there."""
    committed = {}
    for _ in range(rounds):
        [row_id] = _add(scene, 1)
        committed[row_id] = clock.now()
        time.sleep(PAUSE_S)
    _wait(owner, "done_at", list(committed))
    leases = owner.execute(
        "SELECT id, leased_until FROM outbox WHERE id = ANY(%s)", [list(committed)]
    ).fetchall()
    return [_ms(until - LEASE - committed[row_id]) for row_id, until in leases]


def _rush(scene: Scene, owner: psycopg.Connection, rows: int) -> tuple[float, float]:
    """Rows a second through the relay, then jobs a second: one after the other."""
    scene.live.stop(WORKER)
    ids = _add(scene, rows)
    _wait(owner, "sent_at", ids)
    # The rows of the first batch bear one time, and nobody knows when it began.
    relayed = _per_s(owner, "sent_at", ids, BATCH)
    scene.live.start(WORKER)
    _wait(owner, "done_at", ids)
    return relayed, _per_s(owner, "done_at", ids, 1)


def _per_s(owner: psycopg.Connection, column: str, ids: list[UUID], at_first: int) -> float:
    took = owner.execute(
        f"SELECT max({column}) - min({column}) FROM outbox WHERE id = ANY(%s)", [ids]
    ).fetchone()
    if took is None:
        raise RuntimeError("the rows are gone")
    seconds: float = took[0].total_seconds()
    return (len(ids) - at_first) / seconds


def _updates_per_s(scene: Scene, owner: psycopg.Connection, rows: int) -> float:
    """The floor of the relay: the same statements on as many rows, and no Redis."""
    scene.live.stop("relay")
    ids = _add(scene, rows)
    began = time.perf_counter()
    for start in range(0, rows, BATCH):
        with owner.transaction():
            owner.execute("SELECT * FROM app.outbox_claim(%s)", [BATCH]).fetchall()
            owner.execute(
                "UPDATE outbox SET sent_at = now(), done_at = now() WHERE id = ANY(%s)",
                [ids[start : start + BATCH]],
            )
    took_s = time.perf_counter() - began
    scene.live.start("relay")
    return rows / took_s


def _bare_jobs_per_s(scene: Scene, jobs: int) -> float:
    connection = scene.app.extensions["redis"]
    queue = Queue("bench", connection=connection, serializer=JSONSerializer)
    for _ in range(jobs):
        queue.enqueue("bench.jobs.nothing", result_ttl=0)
    worker = SimpleWorker([queue], connection=connection, serializer=JSONSerializer)
    began = time.perf_counter()
    worker.work(burst=True, with_scheduler=False, logging_level="ERROR")
    return jobs / (time.perf_counter() - began)


def _add(scene: Scene, count: int) -> list[UUID]:
    house = scene.restaurant
    payload = {"location_id": str(house.location.id), "ingredient_ids": []}
    with house.inside(), transaction():
        return [later(HANDLER, payload, event="Bench") for _ in range(count)]


def _wait(owner: psycopg.Connection, column: str, ids: list[UUID]) -> None:
    deadline = time.monotonic() + LIMIT_S
    while owner.execute(
        f"SELECT 1 FROM outbox WHERE id = ANY(%s) AND {column} IS NULL LIMIT 1", [ids]
    ).fetchone():
        if time.monotonic() > deadline:
            raise RuntimeError(f"rows wait for ever: {column}")
        time.sleep(0.1)


def _ms(span: timedelta) -> float:
    return span.total_seconds() * 1000
