"""Inserting rows: as many as wanted in one statement that is always the same.

The rows travel as one JSON parameter and PostgreSQL reads them by the table's own types. That
costs a third of an executemany, which is a round trip a row, and needs no statement to be built.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table, TextClause, text
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from app.core.db import execute
from app.core.ids import new_id
from app.core.tenant import current_tenant_id

Values = dict[str, Any]


def insert_rows(
    model: type[Any], rows: Sequence[Mapping[str, Any]], *, on_conflict: str = ""
) -> int:
    """Insert rows of the tenant in scope; returns how many were written.

    All name the same columns. The tenant, an id and the model's defaults are filled in where a row
    does not name them. `on_conflict` is what follows ON CONFLICT, a constant of the caller.
    """
    if not rows:
        return 0
    table: Table = model.__table__
    defaults = {"tenant_id": current_tenant_id(), **_defaults(table)}
    makes_id = "id" in table.c and "id" not in rows[0]
    whole = [{**defaults, **({"id": new_id()} if makes_id else {}), **row} for row in rows]
    statement = _statement(table, tuple(whole[0]), on_conflict)
    return execute(statement, {"rows": json.dumps(whole, default=str)}).rowcount


@cache
def _defaults(table: Table) -> Values:
    defaults = [(column.name, column.default) for column in table.c]
    return {n: one.arg for n, one in defaults if isinstance(one, ScalarElementColumnDefault)}


@cache
def _statement(table: Table, columns: tuple[str, ...], on_conflict: str) -> TextClause:
    names = ", ".join(columns)
    return text(
        f"INSERT INTO {table.name} ({names})"  # noqa: S608 (an exception in checks/calls.py)
        f" SELECT {names} FROM json_populate_recordset(NULL::{table.name}, :rows)"
        + (f" ON CONFLICT {on_conflict}" if on_conflict else "")
    )
