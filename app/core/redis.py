"""Redis: woken and published to, never asked to remember.

A short time-out and no retry: a frozen server costs half a second, once, and then is left
alone for a moment.
"""

import time
from uuid import UUID

import structlog
from flask import Flask, current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

WAKE = "nib:wake"
_PAUSE_AFTER_FAILURE_S = 5.0

log = structlog.get_logger()


def init_redis(app: Flask, url: str) -> None:
    """Bind the application to the server at `url`; nothing is sent yet."""
    app.extensions["redis"] = connect(url)
    app.extensions["redis_silent_until"] = 0.0


def connect(url: str, timeout: float | None = 0.5) -> Redis:
    """A client; `timeout` in seconds, None to block for as long as a command asks."""
    return Redis.from_url(
        url,
        socket_timeout=timeout,
        socket_connect_timeout=0.5,
        retry=Retry(NoBackoff(), 0),
    )


def client() -> Redis:
    """The client of this application."""
    found: Redis = current_app.extensions["redis"]
    return found


def key(tenant_id: UUID | None, *parts: object) -> str:
    """The one builder of keys and channels: the tenant comes first, "-" where there is none."""
    return ":".join(("nib", str(tenant_id or "-"), *map(str, parts)))


def stream_channel(tenant_id: UUID, location_id: UUID) -> str:
    """Where a location's frames are published."""
    return key(tenant_id, "stream", location_id)


def wake_relay() -> None:
    """Tell the relay that there is work. Losing this costs half a second, not the work."""
    if is_left_alone():
        return
    try:
        client().publish(WAKE, b"")
    except RedisError as error:
        leave_alone(error)


def is_left_alone() -> bool:
    """Whether Redis did not answer a moment ago: who can do without it does not ask."""
    return time.monotonic() < float(current_app.extensions["redis_silent_until"])


def leave_alone(error: RedisError) -> None:
    """Have nobody in this process wait for Redis for a moment."""
    current_app.extensions["redis_silent_until"] = time.monotonic() + _PAUSE_AFTER_FAILURE_S
    log.warning("redis.unreachable", error=type(error).__name__)
