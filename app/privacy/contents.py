"""What an export holds, read off the tables themselves: a table of tomorrow is in it tomorrow."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Select, Table, Uuid, or_, select

from app.core.keyring import Sealed
from app.core.model import Base
from app.core.tenant import current_tenant_id
from app.privacy.domain import OF_GUESTS, is_secret
from app.privacy.packing import Part

# Which row or place it is, never who.
_NOT_A_PERSON = frozenset({"tenant_id", "location_id", "id"})


def parts_of_member(member_id: UUID) -> Iterator[Part]:
    """Every row that names the member, in any column; without what is said of guests."""
    for table in _tenant_tables():
        naming = [
            column
            for column in table.columns
            if isinstance(column.type, Uuid)
            and (column.name not in _NOT_A_PERSON or (table.name, column.name) == ("member", "id"))
        ]
        if naming:
            columns = [column for column in _open(table) if column.name not in OF_GUESTS]
            is_named = or_(*(column == member_id for column in naming))
            yield _part(table, _ours(table, columns).where(is_named))


def parts_of_orders(order_ids: Sequence[UUID]) -> Iterator[Part]:
    """Every row of these orders, and of their lines."""
    orders = Base.metadata.tables["orders"]
    lines = Base.metadata.tables["order_line"]
    lines_of = select(lines.c.id).where(
        lines.c.tenant_id == current_tenant_id(), lines.c.order_id.in_(order_ids)
    )
    for table in _tenant_tables():
        statement = _ours(table, _open(table))
        if table is orders:
            yield _part(table, statement.where(table.c.id.in_(order_ids)))
        elif "order_id" in table.c:
            yield _part(table, statement.where(table.c.order_id.in_(order_ids)))
        elif "line_id" in table.c:
            yield _part(table, statement.where(table.c.line_id.in_(lines_of)))


def parts_of_tenant() -> Iterator[Part]:
    """Every row of the tenant in scope."""
    for table in _tenant_tables():
        yield _part(table, _ours(table, _open(table)))


def _tenant_tables() -> list[Table]:
    tables = sorted(Base.metadata.tables.values(), key=lambda table: table.name)
    return [table for table in tables if "tenant_id" in table.c and table.c.tenant_id.primary_key]


def _open(table: Table) -> list[Column[Any]]:
    """The columns of a table that may leave."""
    return [
        column
        for column in table.columns
        if not (isinstance(column.type, Sealed) or is_secret(table.name, column.name))
    ]


def _part(table: Table, statement: Select[Any]) -> Part:
    key = tuple(column for column in table.primary_key if column.name != "tenant_id")
    return Part(table.name, statement, key)


def _ours(table: Table, columns: list[Column[Any]]) -> Select[Any]:
    return select(*columns).where(table.c.tenant_id == current_tenant_id())
