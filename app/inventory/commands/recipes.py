"""What order lines use, by the recipes of their item, variant and modifiers."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select

from app.core.db import among, of_tenant, run
from app.inventory import models
from app.inventory.domain import Need, RecipeRow, needs_of_line
from app.ordering.events import LineFacts

Rows = dict[UUID, list[RecipeRow]]

_ROWS = (
    select(
        func.coalesce(
            models.RecipeRow.item_id, models.RecipeRow.variant_id, models.RecipeRow.modifier_id
        ).label("user_id"),
        models.RecipeRow.id,
        models.RecipeRow.ingredient_id,
        models.RecipeRow.quantity,
    )
    .where(
        of_tenant(models.RecipeRow),
        among(models.RecipeRow.item_id, "users")
        | among(models.RecipeRow.variant_id, "users")
        | among(models.RecipeRow.modifier_id, "users"),
    )
    .order_by(models.RecipeRow.id)
)


@dataclass(frozen=True, kw_only=True)
class LineRecipe:
    """What a line needs in all, and `rows` that one portion of it is made by."""

    line_id: UUID
    item_name: str
    rows: tuple[RecipeRow, ...]
    needs: tuple[Need, ...]


def recipes_of(lines: Iterable[LineFacts]) -> list[LineRecipe]:
    """The recipes of lines, in the lines' order; a line without one is left out."""
    lines = tuple(lines)
    modifiers = {line.line_id: Counter(m.modifier_id for m in line.modifiers) for line in lines}
    used = {one for line in lines for one in (line.item_id, line.variant_id)}
    rows = recipe_rows(used.union(*modifiers.values()))
    found = (_recipe(line, modifiers[line.line_id], rows) for line in lines)
    return [recipe for recipe in found if recipe.needs]


def recipe_rows(used_by: Iterable[UUID]) -> Rows:
    """The recipe rows of items, variants and modifiers, by the id of what uses them."""
    found = run(_ROWS, users=list(set(used_by)))
    rows: Rows = defaultdict(list)
    for row in found:
        rows[row.user_id].append(
            RecipeRow(recipe_row_id=row.id, ingredient_id=row.ingredient_id, quantity=row.quantity)
        )
    return rows


def _recipe(line: LineFacts, modifiers: Counter[UUID], rows: Rows) -> LineRecipe:
    own = (*rows[line.item_id], *rows[line.variant_id])
    added = [(count, rows[modifier]) for modifier, count in modifiers.items()]
    portion = needs_of_line(Decimal(1), own, added)
    return LineRecipe(
        line_id=line.line_id,
        item_name=line.name,
        rows=tuple(RecipeRow(**vars(need)) for need in portion),
        needs=needs_of_line(line.quantity, own, added),
    )
