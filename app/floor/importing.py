"""A floor plan written into the tables: all of it or nothing, found again by name."""

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from app.core.csv_rows import Problems, quoted
from app.core.db import execute, transaction
from app.core.ids import new_id
from app.core.stream import changed
from app.core.tenant import current_tenant_id
from app.floor.csv_format import FloorFile, TableRow, read_floor
from app.floor.models import FloorTable, VisitTable
from app.identity.actor import Actor
from app.identity.permissions import FLOOR_EDIT
from app.tenancy.queries import LocationView


def import_floor(location: LocationView, lines: Iterable[str], actor: Actor | None = None) -> int:
    """Make a floor file (docs/formats.md) the location's plan; returns how many tables it has.

    A table that the file no longer names goes. One that ever seated a party cannot: it is
    refused as an error of line 1. `actor` needs floor.edit; None is the operator. Raises
    FileRefused with every error; nothing is written then.
    """
    plan = read_floor(lines)
    with transaction():
        if actor is not None:
            actor.require(FLOOR_EDIT)
        _remove_others(location, plan)
        for table in plan.tables:
            _put(location, plan, table)
        changed(location.id, "floor")
    return len(plan.tables)


def _remove_others(location: LocationView, plan: FloorFile) -> None:
    tenant_id = current_tenant_id()
    gone = (
        FloorTable.tenant_id == tenant_id,
        FloorTable.location_id == location.id,
        FloorTable.name.not_in([table.name for table in plan.tables]),
    )
    seated = select(VisitTable.id).where(
        VisitTable.tenant_id == tenant_id, VisitTable.table_id == FloorTable.id
    )
    problems = Problems()
    for name in execute(select(FloorTable.name).where(*gone, seated.exists())).scalars():
        problems.add(1, "name", f"Table {quoted(name)} has seated parties. Keep a row for it.")
    problems.raise_if_any()
    execute(delete(FloorTable).where(*gone))


def _put(location: LocationView, plan: FloorFile, table: TableRow) -> None:
    values = {
        "area": table.area,
        "area_position": plan.areas.index(table.area) + 1,
        "seats": table.seats,
        "shape": table.shape,
        "col": table.col,
        "row": table.row,
        "width": table.width,
        "height": table.height,
    }
    execute(
        upsert(FloorTable)
        .values(
            tenant_id=current_tenant_id(),
            id=new_id(),
            location_id=location.id,
            name=table.name,
            **values,
        )
        .on_conflict_do_update(index_elements=["tenant_id", "location_id", "name"], set_=values)
    )
