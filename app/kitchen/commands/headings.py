"""What a ticket says about its order, copied when it is fired."""

from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, Uuid, bindparam, func, select

from app.core.db import of_tenant, run
from app.floor.models import FloorTable, Visit, VisitTable
from app.identity.models import Member
from app.ordering.events import LinesFired
from app.ordering.models import Order


@dataclass(frozen=True, kw_only=True)
class Heading:
    """The heading of every ticket of one firing."""

    title: str
    subtitle: str
    service_type: str
    business_day_id: UUID


def heading_of(fired: LinesFired) -> Heading:
    """Table or counter name; number, server and guests."""
    row = run(_statement(), order_id=fired.order_id, fired_by=fired.fired_by).one()
    return Heading(
        title=_title(row),
        subtitle=" · ".join(_parts(row)),
        service_type=row.service_type,
        business_day_id=row.business_day_id,
    )


@cache
def _statement() -> Select[*tuple[Any, ...]]:
    tables = (
        select(func.array_agg(FloorTable.name))
        .select_from(VisitTable)
        .join(
            FloorTable,
            (FloorTable.tenant_id == VisitTable.tenant_id) & (FloorTable.id == VisitTable.table_id),
        )
        .where(
            VisitTable.tenant_id == Order.tenant_id,
            VisitTable.visit_id == Order.visit_id,
            VisitTable.active,
        )
        .scalar_subquery()
    )
    server_id = func.coalesce(Visit.server_id, bindparam("fired_by", type_=Uuid()))
    return (
        select(
            Order.business_day_id,
            Order.number,
            Order.service_type,
            Order.pickup_name,
            Visit.guests,
            Member.name.label("server"),
            tables.label("tables"),
        )
        .select_from(Order)
        .outerjoin(Visit, (Visit.tenant_id == Order.tenant_id) & (Visit.id == Order.visit_id))
        .outerjoin(Member, (Member.tenant_id == Order.tenant_id) & (Member.id == server_id))
        .where(of_tenant(Order), Order.id == bindparam("order_id"))
    )


def _title(row: Row[Any]) -> str:
    if row.tables:
        names = " + ".join(sorted(row.tables))
        return f"Table {names}" if names[0].isdigit() else names
    return str(row.pickup_name or f"Counter {row.number}")


def _parts(row: Row[Any]) -> list[str]:
    parts = [f"#{row.number}"]
    if row.service_type == "takeaway":
        parts.append("Takeaway")
    if row.server:
        parts.append(row.server)
    if row.guests:
        parts.append("1 guest" if row.guests == 1 else f"{row.guests} guests")
    return parts
