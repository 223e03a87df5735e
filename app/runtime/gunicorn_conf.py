"""What the page and the socket servers share."""

import gc
import os
from typing import Any

from app.runtime.open_files import connections
from app.runtime.parent_death import die_with_parent

control_socket_disable = True
proc_name = "nibblix"
graceful_timeout = 2
accesslog = None
worker_connections = connections(1000)
# Which proxies are believed is settled in app.core.network; gunicorn would believe any local one.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}


def when_ready(server: Any) -> None:  # noqa: ARG001 (gunicorn passes it)
    """Workers share what is loaded by now: a collection must not write to it."""
    gc.collect()
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:  # noqa: ARG001 (gunicorn passes both)
    """A worker never outlives its master, or it would keep the port."""
    die_with_parent(os.getppid())
