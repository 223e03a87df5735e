"""The outbox: effects that follow a commit, written in the same transaction as their cause."""

import json
from dataclasses import fields
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.core import clock, redis
from app.core.db import after_commit, before_commit, notes
from app.core.ids import new_id
from app.core.inserting import insert_rows
from app.core.model import Json
from app.core.models import Outbox

STREAM = "stream"
# metadata of a field that only listeners of the same transaction see; jobs get ids and look.
HERE = {"here": True}


def later(
    handler: str,
    payload: Json,
    *,
    event: str = "",
    delay: timedelta | None = None,
    location_id: UUID | None = None,
    seq: int | None = None,
) -> UUID:
    """Have a job handler (a name in wiring.JOBS) run after this transaction; returns the row's id.

    `payload` is JSON; `delay` counts from now.
    """
    row_id, now = new_id(), clock.now()
    rows: list[Json] = notes("outbox", list)
    rows.append(
        {
            "id": row_id,
            "event": event,
            "handler": handler,
            "payload": payload,
            "location_id": location_id,
            "seq": seq,
            "created_at": now,
            "not_before": now + delay if delay else None,
        }
    )
    before_commit("2 outbox", lambda: _write(rows))
    after_commit("wake relay", redis.wake_relay)
    return row_id


def _write(rows: list[Json]) -> None:
    insert_rows(Outbox, rows)


def payload_of(event: Any) -> Json:
    """A frozen dataclass as JSON: ids, times and Decimals become strings; HERE fields stay out."""
    own = {one.name: getattr(event, one.name) for one in fields(event) if one.metadata != HERE}
    return dict(json.loads(json.dumps(own, default=str)))
