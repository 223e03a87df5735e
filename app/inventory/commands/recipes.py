"""What order lines use, by the recipes of their item, variant and modifiers."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select

from app.core.db import execute
from app.core.tenant import current_tenant_id
from app.inventory import models
from app.inventory.domain import Need, RecipeRow, needs_of_line
from app.ordering.models import Line, LineModifier

Rows = dict[UUID, list[RecipeRow]]


@dataclass(frozen=True, kw_only=True)
class LineRecipe:
    """What a line needs in all, and `rows` that one portion of it is made by."""

    line_id: UUID
    item_name: str
    rows: tuple[RecipeRow, ...]
    needs: tuple[Need, ...]


def recipes_of_lines(line_ids: Collection[UUID]) -> list[LineRecipe]:
    """The recipes of lines, in the lines' order; a line without one is left out."""
    lines = _lines(line_ids)
    modifiers = _modifiers(line_ids)
    used = {one for line in lines for one in (line.item_id, line.variant_id)}
    rows = recipe_rows(used.union(*modifiers.values()))
    found = (_recipe(line, modifiers[line.id], rows) for line in lines)
    return [recipe for recipe in found if recipe.needs]


def _lines(line_ids: Collection[UUID]) -> list[Row[Any]]:
    return list(
        execute(
            select(Line.id, Line.item_id, Line.variant_id, Line.name, Line.quantity)
            .where(Line.tenant_id == current_tenant_id(), Line.id.in_(line_ids))
            .order_by(Line.position, Line.id)
        ).all()
    )


def _modifiers(line_ids: Collection[UUID]) -> dict[UUID, Counter[UUID]]:
    rows = execute(
        select(LineModifier.line_id, LineModifier.modifier_id).where(
            LineModifier.tenant_id == current_tenant_id(), LineModifier.line_id.in_(line_ids)
        )
    ).all()
    chosen: dict[UUID, Counter[UUID]] = defaultdict(Counter)
    for row in rows:
        chosen[row.line_id][row.modifier_id] += 1
    return chosen


def recipe_rows(used_by: Iterable[UUID]) -> Rows:
    """The recipe rows of items, variants and modifiers, by the id of what uses them."""
    user = func.coalesce(
        models.RecipeRow.item_id, models.RecipeRow.variant_id, models.RecipeRow.modifier_id
    )
    users = set(used_by)
    found = execute(
        select(
            user.label("user_id"),
            models.RecipeRow.id,
            models.RecipeRow.ingredient_id,
            models.RecipeRow.quantity,
        )
        .where(
            models.RecipeRow.tenant_id == current_tenant_id(),
            models.RecipeRow.item_id.in_(users)
            | models.RecipeRow.variant_id.in_(users)
            | models.RecipeRow.modifier_id.in_(users),
        )
        .order_by(models.RecipeRow.id)
    ).all()
    rows: Rows = defaultdict(list)
    for row in found:
        rows[row.user_id].append(
            RecipeRow(recipe_row_id=row.id, ingredient_id=row.ingredient_id, quantity=row.quantity)
        )
    return rows


def _recipe(line: Row[Any], modifiers: Counter[UUID], rows: Rows) -> LineRecipe:
    own = (*rows[line.item_id], *rows[line.variant_id])
    added = [(count, rows[modifier]) for modifier, count in modifiers.items()]
    portion = needs_of_line(Decimal(1), own, added)
    return LineRecipe(
        line_id=line.id,
        item_name=line.name,
        rows=tuple(RecipeRow(**vars(need)) for need in portion),
        needs=needs_of_line(line.quantity, own, added),
    )
