"""What is copied onto a line, and the rows that hang on it: modifiers, taxes, seats, allergies."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert

from app.core.db import execute
from app.core.ids import new_id
from app.core.money import RoundingMode
from app.core.tenant import current_tenant_id
from app.menu.queries import Sellable
from app.ordering.commands.asked import LineEdit
from app.ordering.domain.modifiers import (
    Choice,
    ModifierGroup,
    charges_for_modifiers,
    check_modifiers,
)
from app.ordering.domain.pricing import line_gross
from app.ordering.models import LineAllergy, LineModifier, LineSeat, LineTax
from app.tenancy.queries import LocationView


def copied(location: LocationView, sold: Sellable, edit: LineEdit) -> dict[str, Any]:
    """A line's own columns, from what is sold and what was asked for. Raises Invalid."""
    check_modifiers(_groups(sold), _choices(sold))
    modifiers_minor = sum(_charges(sold))
    gross_minor = line_gross(
        edit.quantity,
        sold.unit_price_minor,
        [modifiers_minor],
        RoundingMode(location.rounding_mode),
    )
    return {
        "item_id": sold.item_id,
        "variant_id": sold.variant_id,
        "category_id": sold.category_id,
        "category_name": sold.category_name,
        "name": sold.name,
        "kitchen_name": sold.kitchen_name,
        "variant_name": sold.variant_name,
        "quantity": edit.quantity,
        "unit_price_minor": sold.unit_price_minor,
        "modifiers_minor": modifiers_minor,
        "gross_minor": gross_minor,
        "net_minor": gross_minor,
        "course": edit.course if edit.course is not None else sold.course,
        "on_hold": edit.on_hold,
        "note": edit.note.strip()[:200],
        "stations": [str(station_id) for station_id in sold.station_ids],
        "prep_minutes": sold.prep_minutes,
    }


def write(location: LocationView, sold: Sellable, line_id: UUID, edit: LineEdit) -> None:
    """Write the rows that hang on a line; tax amounts follow when its bill is totalled."""
    rates = [
        {
            "tax_rate_id": tax.rate_id,
            "name": tax.name,
            "percent": tax.percent,
            "inclusive": location.tax_inclusive,
            "base_minor": 0,
            "amount_minor": 0,
        }
        for tax in sold.taxes
    ]
    _insert(LineModifier, location, line_id, _modifier_rows(sold))
    _insert(LineTax, location, line_id, rates)
    _insert(LineSeat, location, line_id, [{"seat": seat, "weight": 1} for seat in edit.seats])
    _insert(
        LineAllergy,
        location,
        line_id,
        [{"allergen": allergen, "seat": seat} for allergen, seat in edit.allergies],
    )


def clear(line_id: UUID) -> None:
    """Take away the rows that hang on a line."""
    for model in (LineModifier, LineTax, LineSeat, LineAllergy):
        execute(
            delete(model).where(model.tenant_id == current_tenant_id(), model.line_id == line_id)
        )


def _modifier_rows(sold: Sellable) -> list[dict[str, Any]]:
    return [
        {
            "modifier_id": modifier.id,
            "position": position,
            "group_name": modifier.group_name,
            "name": modifier.name,
            "kitchen_name": modifier.kitchen_name,
            "kind": modifier.kind,
            "price_minor": charge,
        }
        for position, (modifier, charge) in enumerate(
            zip(sold.modifiers, _charges(sold), strict=True)
        )
    ]


def _insert(model: Any, location: LocationView, line_id: UUID, rows: list[dict[str, Any]]) -> None:
    if rows:
        shared = {
            "tenant_id": current_tenant_id(),
            "location_id": location.id,
            "line_id": line_id,
        }
        execute(insert(model), [{"id": new_id(), **shared, **row} for row in rows])


def _groups(sold: Sellable) -> list[ModifierGroup]:
    return [
        ModifierGroup(
            group_id=group.id,
            name=group.name,
            least=group.min,
            most=group.max,
            included_free=group.included_free,
        )
        for group in sold.groups
    ]


def _choices(sold: Sellable) -> list[Choice]:
    return [
        Choice(
            modifier_id=modifier.id, group_id=modifier.group_id, price_minor=modifier.price_minor
        )
        for modifier in sold.modifiers
    ]


def _charges(sold: Sellable) -> tuple[int, ...]:
    return charges_for_modifiers(_groups(sold), _choices(sold))
