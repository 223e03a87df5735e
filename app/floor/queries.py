"""The room as it is drawn: tables where they stand, and who sits there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.core.db import execute
from app.core.errors import NotFound
from app.core.tenant import current_tenant_id
from app.tenancy.queries import LocationView


@dataclass(frozen=True, kw_only=True)
class PartyView:
    """A party at a table, with its server."""

    visit_id: UUID
    state: str
    guests: int
    seated_at: datetime
    server_id: UUID
    server: str


@dataclass(frozen=True, kw_only=True)
class TableView:
    """A table on its area's grid of 24 × 16, counted from 0; `party` None: nobody sits there."""

    id: UUID
    area: str
    name: str
    seats: int
    shape: str
    col: int
    row: int
    width: int
    height: int
    party: PartyView | None


_TABLES = (
    "SELECT t.id, t.area, t.name, t.seats, t.shape, t.col, t.row, t.width, t.height,"
    " v.id AS visit_id, v.state, v.guests, v.seated_at, v.server_id, m.name AS server"
    " FROM floor_table t"
    " LEFT JOIN visit_table vt ON vt.tenant_id = t.tenant_id AND vt.table_id = t.id AND vt.active"
    " LEFT JOIN visit v ON v.tenant_id = t.tenant_id AND v.id = vt.visit_id AND v.state <> 'done'"
    " LEFT JOIN member m ON m.tenant_id = t.tenant_id AND m.id = v.server_id"
    " WHERE t.tenant_id = :tenant_id AND t.location_id = :location_id"
)
_ALL = text(_TABLES + " ORDER BY t.area_position, t.area, t.row, t.col, t.id")
_ONE = text(_TABLES + " AND t.id = :table_id")


def tables(location: LocationView) -> tuple[TableView, ...]:
    """Every table of a location, by area, in reading order."""
    rows = execute(_ALL, {"tenant_id": current_tenant_id(), "location_id": location.id})
    return tuple(_table(row) for row in rows)


def get_table(location: LocationView, table_id: UUID) -> TableView:
    """One table; raises NotFound."""
    scope = {"tenant_id": current_tenant_id(), "location_id": location.id, "table_id": table_id}
    row = execute(_ONE, scope).one_or_none()
    if row is None:
        raise NotFound("no_table", "There is no such table.")
    return _table(row)


def _table(row: Row[Any]) -> TableView:
    return TableView(
        **{name: row._mapping[name] for name in TableView.__dataclass_fields__ if name != "party"},
        party=_party(row) if row.visit_id else None,
    )


def _party(row: Row[Any]) -> PartyView:
    return PartyView(**{name: row._mapping[name] for name in PartyView.__dataclass_fields__})
