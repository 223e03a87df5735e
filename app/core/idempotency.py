"""The same gesture sent twice does one thing and gets one answer.

The key's row is written in the business transaction: a concurrent repeat waits on the
primary key, then reads what the first one did. A failed command leaves no row, so a retry
really tries again.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from app.core import clock, crash
from app.core.db import execute, of_tenant, run, transaction
from app.core.errors import Invalid
from app.core.model import Json
from app.core.models import Idempotency
from app.core.tenant import current_tenant_id

_CLAIM = insert(Idempotency).on_conflict_do_nothing().returning(Idempotency.key)
_EARLIER = select(Idempotency.body_hash, Idempotency.result).where(
    of_tenant(Idempotency), Idempotency.key == bindparam("of_key")
)
_KEEP = (
    update(Idempotency)
    .where(of_tenant(Idempotency), Idempotency.key == bindparam("of_key"))
    .values(result=bindparam("answer"))
)


def once(
    key: str,
    actor_id: UUID | None,
    route: str,
    body: Mapping[str, object],
    command: Callable[[], Json],
) -> Json:
    """Run `command` unless `key` has been used, and return its result (ids, JSON) either way.

    Raises Invalid when the key comes back with another body, route or actor.
    """
    digest = _digest(route, actor_id, body)
    with transaction():
        if not _claim(key, actor_id, route, digest):
            return _earlier_result(key, digest)
        crash.point("after-idempotency-insert")
        result = command()
        run(_KEEP, of_key=key, answer=result)
    return result


def claim(key: str) -> bool:
    """Take a key for good; False where it was taken before."""
    with transaction():
        return _claim(key, None, "", b"")


def _digest(route: str, actor_id: UUID | None, body: Mapping[str, object]) -> bytes:
    canonical = json.dumps([route, str(actor_id), body], sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).digest()


def _claim(key: str, actor_id: UUID | None, route: str, digest: bytes) -> bool:
    row = execute(
        _CLAIM,
        {
            "tenant_id": current_tenant_id(),
            "key": key,
            "actor_id": actor_id,
            "route": route,
            "body_hash": digest,
            "created_at": clock.now(),
        },
    ).one_or_none()
    return row is not None


def _earlier_result(key: str, digest: bytes) -> Json:
    row = run(_EARLIER, of_key=key).one()
    if row.body_hash != digest:
        raise Invalid("idempotency_key_reused", "This request was sent before with other content.")
    return dict(row.result or {})
