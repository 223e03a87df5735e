"""Numbers without gaps, taken from a row that is locked until the transaction ends.

Take them late and in the order of `KINDS`, so that two transactions never wait for each
other.
"""

from typing import Literal
from uuid import UUID

from sqlalchemy import text

from app.core.db import execute
from app.core.tenant import current_tenant_id

Kind = Literal["order", "document", "seq"]
KINDS: tuple[Kind, ...] = ("order", "document", "seq")

_NEXT = text(
    "INSERT INTO location_counter (tenant_id, location_id, kind, scope, value)"
    " VALUES (:tenant_id, :location_id, :kind, :scope, 1)"
    " ON CONFLICT (tenant_id, location_id, kind, scope)"
    " DO UPDATE SET value = location_counter.value + 1 RETURNING value"
)


def next_number(location_id: UUID, kind: Kind, scope: str = "") -> int:
    """The next number of a kind within a scope (a business day; a register and series), from 1."""
    row = execute(
        _NEXT,
        {
            "tenant_id": current_tenant_id(),
            "location_id": location_id,
            "kind": kind,
            "scope": scope,
        },
    )
    return int(row.scalar_one())
