"""Setting aside what placed lines need, in the placing transaction; and freeing it again."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal
from uuid import UUID

from sqlalchemy import update

from app.core import clock
from app.core.db import execute, notes
from app.core.errors import Conflict
from app.core.inserting import insert_rows
from app.core.tenant import current_tenant_id
from app.inventory.commands.recipes import LineRecipe, recipes_of
from app.inventory.commands.stock import NONE, Kept, left_changed, lock_stock, shift_reserved
from app.inventory.domain import (
    Shortfall,
    WhenShort,
    blocking,
    merge_needs,
    portions_left,
    refusal,
    shortfalls,
)
from app.inventory.models import Reservation
from app.ordering.events import LineChanged, LineFacts, LinesReleased, OrderPlaced

WARNINGS = "warnings"
_TAKEN_UP = (
    "(tenant_id, line_id, ingredient_id) DO UPDATE"
    " SET quantity = excluded.quantity, state = excluded.state, made_at = excluded.made_at"
)


def reserve(event: OrderPlaced) -> None:
    """Set aside what the placed lines need.

    Raises Conflict (`out_of_stock`) naming the first item that lacks an ingredient which
    blocks, and how many portions are left. One that warns adds a sentence to the notes
    (`warnings`) of the transaction.
    """
    _set_aside(event.location_id, event.lines, {})


def reserve_again(event: LineChanged) -> None:
    """Follow an edit of a held line: the difference is set aside or freed."""
    freed = _free_rows([event.line.line_id])
    _set_aside(event.location_id, [event.line], freed)


def release(event: LinesReleased) -> None:
    """Free what was set aside for lines that went back to new."""
    free(event.location_id, event.line_ids)


def free(location_id: UUID, line_ids: Collection[UUID]) -> None:
    """Free what is set aside for some lines."""
    freed = _free_rows(line_ids)
    if freed:
        lock_stock(location_id, freed)
        shift_reserved(location_id, {one: -amount for one, amount in freed.items()})
        left_changed(location_id, freed)


def _free_rows(line_ids: Collection[UUID]) -> dict[UUID, Decimal]:
    """Release the reservations of lines; returns the quantity by ingredient."""
    rows = execute(
        update(Reservation)
        .where(
            Reservation.tenant_id == current_tenant_id(),
            Reservation.line_id.in_(line_ids),
            Reservation.state == "held",
        )
        .values(state="released")
        .returning(Reservation.ingredient_id, Reservation.quantity)
    ).all()
    freed: dict[UUID, Decimal] = defaultdict(Decimal)
    for row in rows:
        freed[row.ingredient_id] += row.quantity
    return dict(freed)


def _set_aside(
    location_id: UUID, lines: Collection[LineFacts], freed: Mapping[UUID, Decimal]
) -> None:
    recipes = recipes_of(lines)
    needed = merge_needs(need for recipe in recipes for need in recipe.needs)
    more = {
        one: needed.get(one, NONE) - freed.get(one, NONE)
        for one in sorted(needed.keys() | freed.keys())
    }
    if not more:
        return
    levels = lock_stock(location_id, more)
    short = shortfalls(more, levels)
    _refuse(recipes, blocking(short), levels)
    _warn(short, levels)
    _write(location_id, recipes)
    shift_reserved(location_id, more)
    left_changed(location_id, [one for one in more if levels[one].when_short is WhenShort.BLOCK])


def _refuse(
    recipes: Collection[LineRecipe], short: Collection[Shortfall], levels: Mapping[UUID, Kept]
) -> None:
    """Raise for the first line that uses what is short; those that only warn limit nothing."""
    lacking = {one.ingredient_id for one in short}
    for recipe in recipes:
        if lacking & {need.ingredient_id for need in recipe.needs}:
            raise _refusal(recipe, levels)


def _refusal(recipe: LineRecipe, levels: Mapping[UUID, Kept]) -> Conflict:
    limits = {one: level for one, level in levels.items() if level.when_short is WhenShort.BLOCK}
    return refusal(recipe.item_name, portions_left(recipe.rows, limits) or 0)


def _warn(short: Collection[Shortfall], levels: Mapping[UUID, Kept]) -> None:
    warnings: list[str] = notes(WARNINGS, list)
    for one in short:
        kept = levels[one.ingredient_id]
        warnings.append(
            f"{kept.name} runs short: {_amount(one.left)} {kept.unit} left,"
            f" {_amount(one.needed)} needed. Please count it."
        )


def _amount(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"


def _write(location_id: UUID, recipes: Collection[LineRecipe]) -> None:
    """One reservation a line and ingredient; one that was released is taken up again."""
    shared = {"location_id": location_id, "state": "held", "made_at": clock.now()}
    rows = [
        shared | {"line_id": recipe.line_id, "ingredient_id": one, "quantity": n}
        for recipe in recipes
        for one, n in merge_needs(recipe.needs).items()
        if n > 0
    ]
    insert_rows(Reservation, rows, on_conflict=_TAKEN_UP)
