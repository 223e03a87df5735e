"""What is left to sell: counts that go down as orders are placed, 86, and what stock allows."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from app.core.db import execute, transaction
from app.core.errors import Conflict, Invalid, NotFound
from app.core.ids import new_id
from app.core.stream import changed
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.permissions import MENU_86
from app.menu.models import Availability, Item, Variant
from app.tenancy.queries import LocationView

Sold = tuple[UUID, UUID, Decimal]
NIL = UUID(int=0)


def take_counted(location: LocationView, sold: Iterable[Sold]) -> frozenset[tuple[UUID, UUID]]:
    """Take (item_id, variant_id, quantity) from the counts; returns the pairs that are counted.

    Raises Conflict (`out_of_stock`), naming the item and what is left, for one that is 86 or
    short of its count; the caller's transaction then undoes all of it. Rows are taken in one
    order by one conditional UPDATE each, so that two who want the last one meet there.
    """
    wanted = list(sold)
    if not wanted:
        return frozenset()
    with transaction():
        rows = _limited(location, wanted)
        for row in rows:
            _take(row.id, _wanted_of(row, wanted))
        if rows:
            changed(location.id, "menu")
    return frozenset(
        (item_id, variant_id)
        for item_id, variant_id, _ in wanted
        if any(_covers(row, item_id, variant_id) for row in rows)
    )


def give_back_counted(location: LocationView, sold: Iterable[Sold]) -> None:
    """Give (item_id, variant_id, quantity) back to the counts that are still kept."""
    returned = list(sold)
    with transaction():
        rows = _limited(location, returned)
        for row in rows:
            quantity = _wanted_of(row, returned)
            _change(row.id, Availability.counted_left.is_not(None), -quantity)
        if rows:
            changed(location.id, "menu")


def _limited(location: LocationView, sold: list[Sold]) -> list[Row[Any]]:
    """The rows that limit what is sold: the item's, and those of its variants."""
    rows = execute(
        select(Availability.id, Availability.item_id, Availability.variant_id).where(
            Availability.tenant_id == current_tenant_id(),
            Availability.location_id == location.id,
            Availability.item_id.in_({item_id for item_id, _, _ in sold}),
            Availability.is_86 | Availability.counted_left.is_not(None),
            Availability.variant_id.is_(None)
            | Availability.variant_id.in_({variant_id for _, variant_id, _ in sold}),
        )
    ).all()
    return sorted(rows, key=lambda row: _in_order(row.item_id, row.variant_id))


def _in_order(item_id: UUID, variant_id: UUID | None) -> tuple[UUID, UUID]:
    """What availability rows are locked by: an item's own row before those of its variants."""
    return item_id, variant_id or NIL


def _covers(row: Row[Any], item_id: UUID, variant_id: UUID) -> bool:
    return bool(row.item_id == item_id and row.variant_id in (None, variant_id))


def _wanted_of(row: Row[Any], sold: list[Sold]) -> Decimal:
    return sum(
        (n for item_id, variant_id, n in sold if _covers(row, item_id, variant_id)), Decimal()
    )


def _take(row_id: UUID, quantity: Decimal) -> None:
    is_enough = func.coalesce(Availability.counted_left, quantity) >= quantity
    if not _change(row_id, ~Availability.is_86 & is_enough, quantity):
        raise _refusal(row_id)


def _change(row_id: UUID, condition: ColumnElement[bool], quantity: Decimal) -> bool:
    """Take `quantity` from a count where the condition still holds; whether it did."""
    done = execute(
        update(Availability)
        .where(Availability.tenant_id == current_tenant_id(), Availability.id == row_id, condition)
        .values(counted_left=Availability.counted_left - quantity)
    )
    return done.rowcount == 1


def _refusal(row_id: UUID) -> Conflict:
    tenant_id = current_tenant_id()
    row = execute(
        select(
            Item.name, Variant.name.label("variant"), Availability.is_86, Availability.counted_left
        )
        .select_from(Availability)
        .join(Item, and_(Item.tenant_id == tenant_id, Item.id == Availability.item_id))
        .outerjoin(
            Variant, and_(Variant.tenant_id == tenant_id, Variant.id == Availability.variant_id)
        )
        .where(Availability.tenant_id == tenant_id, Availability.id == row_id)
    ).one()
    name = f"{row.name} {row.variant or ''}".rstrip()
    left = row.counted_left
    rest = "sold out" if row.is_86 or not left else f"only {left.normalize():f} left"
    return Conflict("out_of_stock", f"{name}: {rest}.")


def set_86(
    actor: Actor,
    location: LocationView,
    item_id: UUID,
    variant_id: UUID | None,
    *,
    is_86: bool,
    counted_left: Decimal | None,
) -> UUID:
    """Take an item (or one size) off sale, or say how many are left (None: not counted).

    Needs menu.86. Returns the item's id; raises NotFound for an item or size that is not
    there, Invalid for a count below zero.
    """
    with transaction():
        actor.require(MENU_86)
        _require_item(item_id, variant_id)
        if counted_left is not None and counted_left < 0:
            sentence = "A count cannot be below zero."
            raise Invalid("counted_left", sentence, {"counted_left": [sentence]})
        _put(location, item_id, variant_id, is_86=is_86, counted_left=counted_left)
        changed(location.id, "menu")
    return item_id


def _require_item(item_id: UUID, variant_id: UUID | None) -> None:
    tenant_id = current_tenant_id()
    found = select(Item.id).where(Item.tenant_id == tenant_id, Item.id == item_id)
    if variant_id:
        found = select(Variant.id).where(
            Variant.tenant_id == tenant_id, Variant.id == variant_id, Variant.item_id == item_id
        )
    if execute(found).one_or_none() is None:
        raise NotFound("no_item", "There is no such item on the menu.")


def write_stock_left(
    location: LocationView, left: Mapping[tuple[UUID, UUID | None], Decimal | int | None]
) -> None:
    """Write how many portions the stock allows, by (item_id, variant_id or None).

    Screens are told only where a figure changed.
    """
    with transaction():
        written = [
            _put_left(location, item_id, variant_id, portions)
            for (item_id, variant_id), portions in sorted(
                left.items(), key=lambda entry: _in_order(*entry[0])
            )
        ]
        if any(written):
            changed(location.id, "menu")


def _put_left(
    location: LocationView, item_id: UUID, variant_id: UUID | None, portions: Decimal | int | None
) -> bool:
    """Write a limit; "not limited" needs no row of its own."""
    if portions is not None:
        return _put(location, item_id, variant_id, stock_left=portions)
    done = execute(
        update(Availability)
        .where(
            Availability.tenant_id == current_tenant_id(),
            Availability.location_id == location.id,
            Availability.item_id == item_id,
            Availability.variant_id.is_not_distinct_from(variant_id),
            Availability.stock_left.is_not(None),
        )
        .values(stock_left=None)
    )
    return done.rowcount == 1


def _put(
    location: LocationView,
    item_id: UUID,
    variant_id: UUID | None,
    **values: Decimal | int | bool | None,
) -> bool:
    """Write some columns of an availability row, making it where missing; whether it changed."""
    differs = [
        getattr(Availability, name).is_distinct_from(value) for name, value in values.items()
    ]
    done = execute(
        upsert(Availability)
        .values(
            tenant_id=current_tenant_id(),
            id=new_id(),
            location_id=location.id,
            item_id=item_id,
            variant_id=variant_id,
            **values,
        )
        .on_conflict_do_update(
            index_elements=["tenant_id", "location_id", "item_id", "variant_id"],
            set_=values,
            where=or_(*differs),
        )
    )
    return done.rowcount == 1
