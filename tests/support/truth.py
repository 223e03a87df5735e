"""Whether everything adds up at a restaurant once its work is done."""

import time
from uuid import UUID

from psycopg import Connection
from sqlalchemy import create_engine, pool

from app.core.settings import sqlalchemy_url
from app.invariants.check import SEALED_IN_TIME, check_invariants

LIMIT_S = 30.0

UNFINISHED = """
SELECT handler, attempts, error FROM outbox WHERE tenant_id = %s
AND (CASE WHEN sent_at IS NULL THEN coalesce(not_before, created_at) <= now() + interval '1 min'
     ELSE done_at IS NULL AND seq IS NULL END)
"""
# What was sent and is not done looks as if half a minute had gone by.
AGE = """
UPDATE outbox SET leased_until = NULL, sent_at = now() - interval '31 s'
WHERE tenant_id = %s AND sent_at IS NOT NULL AND done_at IS NULL AND seq IS NULL
"""


def let_time_pass(owner: Connection, tenant_id: UUID) -> None:
    """What a dead process held is overdue, without anybody waiting for it."""
    owner.execute(AGE, [tenant_id])


def wait_until_done(owner: Connection, tenant_id: UUID) -> None:
    """Wait for the processes to have sent and done all that is due within a minute."""
    deadline = time.monotonic() + LIMIT_S
    while rows := owner.execute(UNFINISHED, [tenant_id]).fetchall():
        assert time.monotonic() < deadline, f"never done (handler, attempts, error): {rows}"
        time.sleep(0.05)


def offences(owner_url: str, tenant_id: UUID, *, by_the_clock: bool = False) -> list[str]:
    """What breaks an invariant at a restaurant; where a clock runs, also what it has not sealed."""
    engine = create_engine(sqlalchemy_url(owner_url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        found = check_invariants(connection)
    return [
        f"{finding.number} {finding.name}: {offence.id} {offence.what}"
        for finding in found
        for offence in finding.offences
        if offence.tenant_id == str(tenant_id) and (by_the_clock or finding.name != SEALED_IN_TIME)
    ]
