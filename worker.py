"""Background roles: `python worker.py --role relay | worker --name NAME | clock`."""

import argparse
import os
import signal
import threading
import time
from types import FrameType

from app.core import jobs, redis
from app.core.clockwork import run_clock
from app.core.relay import run_relay
from app.core.settings import Settings
from wsgi import app

_stopping = threading.Event()


def main() -> None:
    """Play one role until SIGTERM or SIGINT."""
    arguments = _arguments()
    os.environ["TZ"] = "UTC"
    time.tzset()
    if arguments.role == "worker":
        settings: Settings = app.extensions["settings"]
        jobs.work(app, arguments.name, redis.connect(settings.redis_url, timeout=None))
        return
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, _stop)
    _run(arguments.role)


def _run(role: str) -> None:
    if role == "relay":
        run_relay(app, _stopping.is_set)
    else:
        run_clock(app, _stopping)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--role", choices=("relay", "worker", "clock"), required=True)
    parser.add_argument("--name", choices=tuple(jobs.WORKERS), default="payments")
    return parser.parse_args()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    _stopping.set()


if __name__ == "__main__":
    main()
