"""gunicorn's settings for the socket process."""

import threading
import time
from typing import Any

from app.runtime.gunicorn_conf import (
    accesslog,
    control_socket_disable,
    forwarded_allow_ips,
    graceful_timeout,
    post_fork,
    proc_name,
    secure_scheme_headers,
)
from app.runtime.open_files import MOST_SCREENS, connections

__all__ = [
    "accesslog",
    "control_socket_disable",
    "forwarded_allow_ips",
    "graceful_timeout",
    "post_fork",
    "post_worker_init",
    "proc_name",
    "secure_scheme_headers",
    "worker_connections",
]

worker_connections = connections(MOST_SCREENS)

LOOK_EVERY_S = 0.1


def post_worker_init(worker: Any) -> None:
    """Open the stream, and close its sockets at shutdown: gunicorn itself leaves them be."""
    hub = worker.wsgi.extensions["sockets"]
    hub.start()
    threading.Thread(target=_close_at_end, args=(worker, hub), daemon=True).start()


def _close_at_end(worker: Any, hub: Any) -> None:
    while worker.alive:
        time.sleep(LOOK_EVERY_S)
    hub.close()
