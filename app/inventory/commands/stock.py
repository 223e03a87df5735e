"""The stock rows of a location: locked in one order, then shifted."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import and_, bindparam, select, update

from app.core import clock
from app.core.db import among, execute, of_tenant, run
from app.core.inserting import insert_rows
from app.core.outbox import later
from app.core.tenant import current_tenant_id
from app.inventory.domain import StockLevel, WhenShort
from app.inventory.models import Ingredient, Movement, Stock
from app.tenancy.commands import current_business_day
from app.tenancy.queries import get_location_by_id

SHOW_LEFT = "inventory.show_left"
NONE = Decimal()

_LOCK = (
    select(
        Stock.ingredient_id,
        Stock.on_hand,
        Stock.reserved,
        Ingredient.when_short,
        Ingredient.name,
        Ingredient.unit,
    )
    .join(
        Ingredient,
        and_(Ingredient.tenant_id == Stock.tenant_id, Ingredient.id == Stock.ingredient_id),
    )
    .where(
        of_tenant(Stock),
        Stock.location_id == bindparam("location_id"),
        among(Stock.ingredient_id, "ingredient_ids"),
    )
    .order_by(Stock.ingredient_id)
    .with_for_update(of=Stock)
)
_SHIFT = (
    update(Stock)
    .where(
        of_tenant(Stock),
        Stock.location_id == bindparam("of_location"),
        Stock.ingredient_id == bindparam("ingredient"),
    )
    .values(
        on_hand=Stock.on_hand + bindparam("more_on_hand"),
        reserved=Stock.reserved + bindparam("more_reserved"),
    )
)


@dataclass(frozen=True, kw_only=True)
class Kept(StockLevel):
    """The stock of an ingredient, with its name and unit."""

    name: str
    unit: str


@dataclass(frozen=True, kw_only=True)
class Move:
    """A signed quantity of an ingredient, and its cause in the ledger."""

    ingredient_id: UUID
    quantity: Decimal
    cause: str
    cause_id: UUID
    line_id: UUID | None = None


def lock_stock(location_id: UUID, ingredient_ids: Collection[UUID]) -> dict[UUID, Kept]:
    """Lock the stock of some ingredients in order of id, and read it.

    An ingredient that this location never kept gets a row of nothing.
    """
    levels = _lock(location_id, ingredient_ids)
    missing = sorted(set(ingredient_ids) - levels.keys())
    if missing:
        rows = [{"location_id": location_id, "ingredient_id": one} for one in missing]
        insert_rows(Stock, rows, on_conflict="DO NOTHING")
        levels = _lock(location_id, ingredient_ids)
    return levels


def _lock(location_id: UUID, ingredient_ids: Collection[UUID]) -> dict[UUID, Kept]:
    rows = run(_LOCK, location_id=location_id, ingredient_ids=list(ingredient_ids)).all()
    return {
        row.ingredient_id: Kept(
            on_hand=row.on_hand,
            reserved=row.reserved,
            when_short=WhenShort(row.when_short),
            name=row.name,
            unit=row.unit,
        )
        for row in rows
    }


def shift_reserved(location_id: UUID, amounts: Mapping[UUID, Decimal]) -> None:
    """Set aside more (or less) of locked ingredients."""
    _shift(location_id, {one: (NONE, amount) for one, amount in amounts.items()})


def move(
    location_id: UUID, moves: Collection[Move], *, reserved: Mapping[UUID, Decimal] | None = None
) -> None:
    """Write ledger rows, then bring stock in line, by id; `reserved` is what each frees of that."""
    location, now = get_location_by_id(location_id), clock.now()
    day_id = current_business_day(location, now)
    shared = {"location_id": location_id, "at": now, "business_day_id": day_id}
    rows = [shared | vars(one) for one in moves if one.quantity]
    if not rows:
        return
    insert_rows(Movement, rows)
    freed = reserved or {}
    ingredient_ids = {one.ingredient_id for one in moves}
    _shift(
        location_id,
        {one: (sum_of(moves, one), -freed.get(one, NONE)) for one in sorted(ingredient_ids)},
    )


def sum_of(moves: Collection[Move], ingredient_id: UUID) -> Decimal:
    """How much some moves change one ingredient."""
    return sum((one.quantity for one in moves if one.ingredient_id == ingredient_id), NONE)


def _shift(location_id: UUID, amounts: Mapping[UUID, tuple[Decimal, Decimal]]) -> None:
    shared = {"of_tenant": current_tenant_id(), "of_location": location_id}
    rows = [
        shared | {"ingredient": one, "more_on_hand": on_hand, "more_reserved": reserved}
        for one, (on_hand, reserved) in sorted(amounts.items())
        if on_hand or reserved
    ]
    if not rows:
        return
    execute(_SHIFT, rows)


def left_changed(location_id: UUID, ingredient_ids: Collection[UUID]) -> None:
    """Have the menu told, after this transaction, how many portions these still make."""
    if ingredient_ids:
        payload = {
            "location_id": str(location_id),
            "ingredient_ids": sorted(map(str, ingredient_ids)),
        }
        later(SHOW_LEFT, payload)
