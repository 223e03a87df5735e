"""Lines as events tell of them, read once for all who listen."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app.core.db import among, of_tenant, run
from app.ordering.events import LineFacts, ModifierFacts
from app.ordering.models import Line, LineAllergy, LineModifier

_LINES = (
    select(
        Line.id,
        Line.item_id,
        Line.variant_id,
        Line.name,
        Line.kitchen_name,
        Line.variant_name,
        Line.quantity,
        Line.note,
        Line.stations,
        Line.prep_minutes,
    )
    .where(of_tenant(Line), among(Line.id, "line_ids"))
    .order_by(Line.position, Line.id)
)
_MODIFIERS = (
    select(
        LineModifier.line_id,
        LineModifier.modifier_id,
        LineModifier.kind,
        LineModifier.kitchen_name,
    )
    .where(of_tenant(LineModifier), among(LineModifier.line_id, "line_ids"))
    .order_by(LineModifier.position)
)
_ALLERGIES = (
    select(LineAllergy.line_id, LineAllergy.allergen, LineAllergy.seat)
    .where(of_tenant(LineAllergy), among(LineAllergy.line_id, "line_ids"))
    .order_by(LineAllergy.seat, LineAllergy.allergen)
)


def facts_of(line_ids: Sequence[UUID]) -> tuple[LineFacts, ...]:
    """Some lines, in the order in which they stand on their order."""
    modifiers, allergies = _modifiers(line_ids), _allergies(line_ids)
    return tuple(
        LineFacts(
            line_id=row.id,
            item_id=row.item_id,
            variant_id=row.variant_id,
            name=row.name,
            kitchen_name=row.kitchen_name,
            variant_name=row.variant_name,
            quantity=row.quantity,
            note=row.note,
            station_ids=tuple(map(UUID, row.stations)),
            prep_minutes=row.prep_minutes,
            modifiers=tuple(modifiers[row.id]),
            allergies=tuple(allergies[row.id]),
        )
        for row in run(_LINES, line_ids=line_ids)
    )


def _modifiers(line_ids: Sequence[UUID]) -> dict[UUID, list[ModifierFacts]]:
    found: dict[UUID, list[ModifierFacts]] = defaultdict(list)
    for row in run(_MODIFIERS, line_ids=line_ids):
        modifier = ModifierFacts(
            modifier_id=row.modifier_id, kind=row.kind, kitchen_name=row.kitchen_name
        )
        found[row.line_id].append(modifier)
    return found


def _allergies(line_ids: Sequence[UUID]) -> dict[UUID, list[tuple[str, int | None]]]:
    found: dict[UUID, list[tuple[str, int | None]]] = defaultdict(list)
    for row in run(_ALLERGIES, line_ids=line_ids):
        found[row.line_id].append((row.allergen, row.seat))
    return found
