"""Work that is put on a queue is taken off it by somebody."""

from flask import Flask

from app.core.events import Wiring
from app.core.jobs import QUEUES, WORKERS
from app.core.settings import Settings
from app.runtime.children import children


def _wiring(app: Flask) -> Wiring:
    found: Wiring = app.extensions["wiring"]
    return found


def test_every_job_goes_to_a_known_queue(app: Flask) -> None:
    stray = {name: job.queue for name, job in _wiring(app).jobs.items() if job.queue not in QUEUES}

    assert stray == {}


def test_every_queue_has_a_worker(app: Flask) -> None:
    settings: Settings = app.extensions["settings"]
    commands = [list(child.command) for child in children(settings, reload=False)]

    workers = [line[line.index("--name") + 1] for line in commands if "--name" in line]

    assert sorted(workers) == sorted(WORKERS)
    assert set(QUEUES) == {queue for worker in workers for queue in WORKERS[worker]}


def test_every_asynchronous_listener_is_a_job(app: Flask) -> None:
    wiring = _wiring(app)

    wanted = {name for on in wiring.events.values() for name in on.later}

    assert wanted <= set(wiring.jobs)
