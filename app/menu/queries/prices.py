"""Which price holds: of all lists that apply, the most specific one.

A list for the location beats one for the channel, that one for the service type, and
that the standard list. On one list the price that began last wins.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Subquery, and_, bindparam, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import InstrumentedAttribute

from app.core.db import among
from app.core.tenant import current_tenant_id
from app.menu.models import Price, PriceList


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """Where, how and when something is sold: the parameters of this package's statements.

    Statements are built once and kept, for building one costs more than running it.
    """

    location_id: UUID
    service_type: str
    channel: str
    at: datetime
    tenant_id: UUID = field(default_factory=current_tenant_id)

    def parameters(self, **more: Any) -> dict[str, Any]:
        """The values of the statements' parameters, with those of one statement added."""
        return {**asdict(self), **more}


def current_prices(sold: InstrumentedAttribute[UUID | None], only: str | None = None) -> Subquery:
    """The rows (sold_id, amount_minor) that hold on an occasion.

    `sold` is `Price.variant_id` or `Price.modifier_id`; `only` names a parameter that narrows it
    to a list of ids.
    """
    applies = [Price.tenant_id == bindparam("tenant_id"), sold.is_not(None), *_holds()]
    if only is not None:
        applies.append(among(sold, only))
    return (
        select(sold.label("sold_id"), Price.amount_minor)
        .join(
            PriceList, and_(PriceList.tenant_id == Price.tenant_id, PriceList.id == Price.list_id)
        )
        .where(*applies)
        .order_by(
            sold,
            PriceList.location_id.is_(None),
            PriceList.channel.is_(None),
            PriceList.service_type.is_(None),
            Price.valid_from.desc().nulls_last(),
            Price.id.desc(),
        )
        .ext(distinct_on(sold))
        .subquery()
    )


def _holds() -> list[ColumnElement[bool]]:
    return [
        any_or_this(PriceList.location_id, "location_id"),
        any_or_this(PriceList.channel, "channel"),
        any_or_this(PriceList.service_type, "service_type"),
        *holds_now(Price.valid_from, Price.valid_until),
    ]


def any_or_this(column: InstrumentedAttribute[Any], parameter: str) -> ColumnElement[bool]:
    """A row that names no value holds for every one."""
    return column.is_(None) | (column == bindparam(parameter))


def holds_now(
    start: InstrumentedAttribute[datetime | None], end: InstrumentedAttribute[datetime | None]
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """From the start on, and until before the end; none is without end."""
    at: BindParameter[datetime] = bindparam("at")
    return start.is_(None) | (start <= at), end.is_(None) | (end > at)
