"""How often somebody may try: by person, device, address and restaurant.

In front of what is dear (a slow hash, a mail) or can be guessed, never of the taps of the staff:
those ask Redis nothing. Counts stand in Redis, under keys that begin with the tenant; while it is
away each process counts for itself. What must survive a flushed Redis, such as the wait after
wrong PINs, is in the database.
"""

import hashlib
import math
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from flask_limiter import Limiter
from flask_limiter.errors import RateLimitExceeded
from limits.storage import RedisStorage
from redis.exceptions import RedisError

from app.core import failures, mail_address, redis
from app.core.access import bearer_token
from app.core.errors import TooMany
from app.core.network import counted
from app.core.tenant import find_tenant_id

View = TypeVar("View", bound=Callable[..., Any])
Found = TypeVar("Found")
Subject = Callable[[], str | None]

SENTENCE = "That was too often. Try again in {wait_s} seconds."


@dataclass(frozen=True)
class Bound:
    """At most `rate` for each subject of a kind. `failures`: tries that succeed cost nothing."""

    by: str
    rate: str
    failures: bool = False


# The narrowest first: what one address is refused, its restaurant is not charged.
# A restaurant's bound keeps its flood from the others' processors; it is far above what people do.
LIMITS: Mapping[str, tuple[Bound, ...]] = {
    "sign_in": (
        Bound("address", "30 per minute", failures=True),
        Bound("tenant", "300 per minute"),
    ),
    "pin": (Bound("device", "30 per minute", failures=True), Bound("tenant", "600 per minute")),
    # Anybody may ask for anybody's link. In less time than one lasts (30 minutes), so that of
    # whomever somebody else asks for too often there is always one that opens.
    "password_reset": (
        Bound("email", "5 per 20 minutes"),
        Bound("address", "20 per hour"),
        Bound("tenant", "200 per hour"),
    ),
    "new_email": (Bound("email", "5 per hour"), Bound("person", "10 per hour")),
    "pairing": (
        Bound("address", "20 per minute", failures=True),
        Bound("tenant", "120 per minute"),
    ),
    "sign_up": (
        Bound("email", "5 per hour"),
        Bound("address", "30 per hour"),
        Bound("tenant", "600 per hour"),
    ),
    # What stands behind a mailed link. Not by e-mail: others would use up what its reader has.
    "link": (Bound("address", "30 per hour"), Bound("tenant", "200 per hour")),
    "invitation": (
        Bound("email", "5 per hour"),
        Bound("person", "60 per hour"),
        Bound("tenant", "200 per hour"),
    ),
    "strength": (Bound("address", "120 per minute"), Bound("tenant", "600 per minute")),
    "token": (Bound("address", "60 per minute"), Bound("tenant", "600 per minute")),
    # It reads every table there is. A restaurant is closed and taken back in the same measure.
    "export": (Bound("person", "10 per hour"), Bound("tenant", "20 per hour")),
    # It has strangers' name servers asked, by whoever says that a domain is theirs.
    "look_up": (Bound("person", "60 per hour"), Bound("tenant", "120 per hour")),
    # A file that is read while its page waits. Mending a first menu takes many tries.
    "import": (Bound("person", "30 per hour"), Bound("tenant", "60 per hour")),
    # Of programs alone: a tablet sends its orders to the same address.
    "api": (Bound("person", "600 per minute"), Bound("tenant", "3000 per minute")),
}


class PoliteStorage(RedisStorage):
    """Counts in Redis, and leaves it alone for a moment after it has not answered."""

    STORAGE_SCHEME = ["nibblix"]  # noqa: RUF012 (the library's)

    def acquire_sliding_window_entry(
        self, key: str, limit: int, expiry: int, amount: int = 1
    ) -> bool:
        """Count one, unless that were one too many; raises RedisError."""
        ask = super().acquire_sliding_window_entry
        return _asked(lambda: ask(key, limit, expiry, amount))

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        """What is counted in the last window and in this one; raises RedisError."""
        ask = super().get_sliding_window
        return _asked(lambda: ask(key, expiry))

    def check(self) -> bool:
        """Whether Redis is back."""
        return not redis.is_left_alone() and bool(super().check())


def _asked(ask: Callable[[], Found]) -> Found:
    if redis.is_left_alone():
        raise RedisError("Redis is left alone for a moment")
    try:
        return ask()
    except RedisError as error:
        redis.leave_alone(error)
        raise


def limited(name: str) -> Callable[[View], View]:
    """Bound how often a view is called, as LIMITS has it under `name`."""
    if name not in LIMITS:
        raise LookupError(f"there is no limit {name}")

    def mark(view: View) -> View:
        view.__dict__["limits"] = name
        return view

    return mark


def counted_here() -> str:
    """Where this request comes from, as tries and limits count it."""
    return counted(request.remote_addr or "")


def init_limits(app: Flask, subjects: Mapping[str, Subject]) -> None:
    """Wrap the views that are marked. Comes after all of them are registered.

    `subjects` tells who asks, by kind; None where that is not known, and the address counts.
    """
    limiter = Limiter(
        key_func=counted_here,
        storage_uri="nibblix://",  # names the storage; the connections are the application's
        storage_options={"connection_pool": app.extensions["redis"].connection_pool},
        strategy="sliding-window-counter",
        in_memory_fallback_enabled=True,
        # A count that cannot be written is no reason to refuse somebody.
        swallow_errors=True,
    )
    limiter.request_filter(_is_unlimited)
    limiter.init_app(app)
    app.extensions["limits"] = limiter
    app.register_error_handler(RateLimitExceeded, _refuse)
    known = {"address": counted_here, "tenant": _everybody, "email": _email, **subjects}
    for endpoint, view in app.view_functions.items():
        if name := view.__dict__.get("limits"):
            app.view_functions[endpoint] = _wrapped(limiter, view, name, known)


def _wrapped(
    limiter: Limiter, view: Callable[..., Any], name: str, subjects: Mapping[str, Subject]
) -> Callable[..., Any]:
    for bound in LIMITS[name]:  # looked at in this order
        view = limiter.shared_limit(
            bound.rate,
            scope=name,
            key_func=_key_of(bound.by, subjects[bound.by]),
            deduct_when=_has_failed if bound.failures else None,
        )(view)
    return view


def _key_of(kind: str, subject: Subject) -> Callable[[], str]:
    def key() -> str:
        return redis.key(find_tenant_id(), "limit", kind, subject() or counted_here())

    return key


def _is_unlimited() -> bool:
    """Most views: they are not to wait for a look at whether Redis is back."""
    view = current_app.view_functions.get(request.endpoint or "")
    name = view.__dict__.get("limits") if view else None
    return name is None or (name == "api" and bearer_token() is None)


def _has_failed(response: Response) -> bool:
    """What was refused here has tried nothing."""
    return response.status_code >= 400 and "refused_by_limit" not in g


def _everybody() -> str:
    return "all"


def _email() -> str | None:
    """The e-mail address that somebody typed, hashed, or None: the form will refuse it."""
    try:
        typed = mail_address.normal(request.form.get("email", ""))
    except ValueError:
        return None
    return hashlib.sha256(typed.encode()).hexdigest()[:32]


def _refuse(error: RateLimitExceeded) -> Response:
    g.refused_by_limit = True
    wait_s = _wait_s(error)
    return failures.answer(TooMany("too_often", SENTENCE.format(wait_s=wait_s), wait_s))


def _wait_s(error: RateLimitExceeded) -> int:
    """Until one more is let through: what a sliding window forgets, it forgets evenly."""
    item, limiter = error.limit.limit, current_app.extensions["limits"]
    until_s = float(item.get_expiry())
    with suppress(RedisError):
        reset_in_s = limiter.current_limit.reset_at - time.time()
        until_s = min(until_s, reset_in_s + item.get_expiry() / item.amount)
    return max(1, math.ceil(until_s))
