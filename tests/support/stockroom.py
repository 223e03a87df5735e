"""What stock tests say in one word: orders of a bistro, its levels, its ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select, update

from app.core.db import execute, transaction
from app.core.ids import new_id
from app.inventory import commands
from app.inventory.models import Ingredient, Movement, Reservation, Stock
from app.ordering.commands import (
    NewLine,
    PlaceOrder,
    Sent,
    add_line,
    open_order,
    place,
    send,
    void_line,
)
from app.ordering.models import Line
from tests.support.restaurants import Restaurant


@dataclass(frozen=True)
class Ordered:
    """An order and its lines."""

    order_id: UUID
    line_ids: tuple[UUID, ...]


def new_line(bistro: Restaurant, name: str, *modifiers: str, quantity: int = 1) -> NewLine:
    return NewLine(
        line_id=new_id(),
        variant_id=bistro.variants[name],
        quantity=Decimal(quantity),
        modifier_ids=tuple(bistro.modifiers[modifier] for modifier in modifiers),
    )


def added(
    bistro: Restaurant, lines: Sequence[NewLine], *, service_type: str = "takeaway"
) -> Ordered:
    alice = bistro.people["alice"].actor
    order_id = open_order(alice, bistro.location, service_type=service_type)
    for line in lines:
        add_line(alice, bistro.location, order_id, line)
    return Ordered(order_id, tuple(line.line_id for line in lines))


def sent(bistro: Restaurant, ordered: Ordered) -> Sent:
    return send(bistro.people["alice"].actor, bistro.location, ordered.order_id)


def held(bistro: Restaurant, *lines: NewLine) -> Ordered:
    """Sent and not fired: takeaway pays first."""
    ordered = added(bistro, lines)
    sent(bistro, ordered)
    return ordered


def fired(bistro: Restaurant, *lines: NewLine) -> Ordered:
    """Sent and fired: guests at a table pay later."""
    alice = bistro.people["alice"].actor
    wanted = PlaceOrder(
        order_id=new_id(),
        service_type="dine_in",
        table_id=bistro.new_table(),
        lines=tuple(lines),
    )
    place(alice, bistro.location, wanted)
    return Ordered(wanted.order_id, tuple(line.line_id for line in lines))


def levels(bistro: Restaurant, name: str = "Mozzarella") -> tuple[object, object]:
    row = execute(
        select(Stock.on_hand, Stock.reserved).where(Stock.ingredient_id == bistro.ingredients[name])
    ).one()
    return row.on_hand, row.reserved


def ledger(bistro: Restaurant, name: str = "Mozzarella") -> list[tuple[str, Decimal]]:
    rows = execute(
        select(Movement.cause, Movement.quantity)
        .where(Movement.ingredient_id == bistro.ingredients[name], Movement.cause != "opening")
        .order_by(Movement.id)
    ).all()
    return [(row.cause, row.quantity) for row in rows]


def set_stock(bistro: Restaurant, name: str, on_hand: str, when_short: str | None = None) -> None:
    """What is on hand, by a movement; and how the ingredient takes a shortage."""
    ingredient_id = bistro.ingredients[name]
    before = execute(select(Stock.on_hand).where(Stock.ingredient_id == ingredient_id)).scalar_one()
    more = Decimal(on_hand) - before
    commands.adjust(
        bistro.people["alice"].actor, bistro.location, ingredient_id, more, "for the test"
    )
    if when_short:
        with transaction():
            execute(
                update(Ingredient)
                .where(Ingredient.id == ingredient_id)
                .values(when_short=when_short)
            )


def version_of(line_id: UUID) -> int:
    return int(execute(select(Line.version).where(Line.id == line_id)).scalar_one())


def void(bistro: Restaurant, line_id: UUID, *, made: bool) -> None:
    alice = bistro.people["alice"].actor
    void_line(alice, bistro.location, line_id, version_of(line_id), reason="wrong table", made=made)


def require_balance() -> None:
    """On hand is the sum of movements; reserved is the sum of what is held."""
    moved = select(func.coalesce(func.sum(Movement.quantity), 0)).where(
        Movement.ingredient_id == Stock.ingredient_id
    )
    set_aside = select(func.coalesce(func.sum(Reservation.quantity), 0)).where(
        Reservation.ingredient_id == Stock.ingredient_id, Reservation.state == "held"
    )
    rows = execute(
        select(
            Stock.on_hand,
            Stock.reserved,
            moved.scalar_subquery().label("moved"),
            set_aside.scalar_subquery().label("held"),
        )
    ).all()
    assert [(row.on_hand, row.reserved) for row in rows] == [(row.moved, row.held) for row in rows]
