"""/healthz: this process answers. /readyz: what it needs answers too."""

from flask import Blueprint, Response, current_app, jsonify
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core import redis
from app.core.access import public
from app.core.db import end_reading, execute

MAX_RELAY_LAG_S = 10.0

health = Blueprint("health", __name__)


@health.get("/healthz")
@public
def healthz() -> Response:
    """The process is alive."""
    return jsonify(status="ok")


@health.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """Database, Redis and relay lag in seconds; 503 when one of them is not right."""
    lag = _relay_lag()
    checks = {
        "database": lag is not None,
        "redis": _redis_answers(),
        "relay": lag is not None and lag <= MAX_RELAY_LAG_S,
    }
    ready = all(checks.values())
    body = jsonify(status="ok" if ready else "not ready", checks=checks, relay_lag_s=lag)
    return body, 200 if ready else 503


def _relay_lag() -> float | None:
    try:
        return float(execute(text("SELECT app.outbox_lag()")).scalar_one())
    except SQLAlchemyError:
        current_app.logger.warning("database does not answer")
        return None
    finally:
        end_reading()


def _redis_answers() -> bool:
    try:
        return bool(redis.client().ping())
    except RedisError:
        return False
