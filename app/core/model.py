"""What every mapped class shares: the base, column types, tenant keys and foreign keys."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Numeric,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

from app.core.ids import new_id

Json = dict[str, Any]


class Base(DeclarativeBase):
    """Base of every mapped class. Amounts are bigint minor units, quantities numeric(12,3)."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={
            UUID: Uuid(),
            str: Text(),
            int: Integer(),
            Decimal: Numeric(12, 3),
            datetime: DateTime(timezone=True),
            date: Date(),
            time: Time(),
            Json: JSONB(),
            list[Any]: JSONB(),
        },
    )
    __table_args__: Any = ()
    metadata: ClassVar[MetaData]


class TenantRow:
    """A row that a tenant owns: primary key (tenant_id, id)."""

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)


class LocationRow(TenantRow):
    """A tenant's row that belongs to one location."""

    location_id: Mapped[UUID]


def minor(default: int | None = None) -> Any:
    """A column of money in minor units."""
    if default is None:
        return mapped_column(BigInteger)
    return mapped_column(BigInteger, default=default, server_default=str(default))


def location_key() -> UniqueConstraint:
    """Lets children name their parent with its location: one of another location is refused."""
    return UniqueConstraint("tenant_id", "location_id", "id")


def tenant_fk(column: str, table: str, *, ondelete: str | None = None) -> ForeignKeyConstraint:
    """A reference inside the tenant."""
    return ForeignKeyConstraint(
        ["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], ondelete=ondelete
    )


def location_fk(column: str, table: str, *, ondelete: str | None = None) -> ForeignKeyConstraint:
    """A reference inside the tenant and the location."""
    return ForeignKeyConstraint(
        ["tenant_id", "location_id", column],
        [f"{table}.tenant_id", f"{table}.location_id", f"{table}.id"],
        ondelete=ondelete,
    )


def tenant_unique(*columns: str) -> UniqueConstraint:
    """Unique inside the tenant; a global constraint would tell of other tenants' rows."""
    return UniqueConstraint("tenant_id", *columns)


def tenant_index(*columns: str, **options: Any) -> Index:
    """An index led by tenant_id, as row-level security needs it."""
    return Index(None, "tenant_id", *columns, **options)
