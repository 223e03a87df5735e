"""A floor plan taken over from another location."""

from sqlalchemy import select

from app.core.db import execute, transaction
from app.core.inserting import insert_rows
from app.core.stream import changed
from app.core.tenant import current_tenant_id
from app.floor.models import FloorTable
from app.tenancy.queries import LocationView

_DRAWN = [
    column
    for column in FloorTable.__table__.c
    if column.name not in {"tenant_id", "id", "location_id"}
]


def copy_tables(source: LocationView, target: LocationView) -> None:
    """The same tables at a location that has none yet; nobody sits at them."""
    rows = execute(
        select(*_DRAWN).where(
            FloorTable.tenant_id == current_tenant_id(), FloorTable.location_id == source.id
        )
    ).all()
    with transaction():
        insert_rows(FloorTable, [{**row._mapping, "location_id": target.id} for row in rows])
        changed(target.id, "floor")
