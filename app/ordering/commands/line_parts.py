"""What is copied onto a line, and the rows that hang on it: modifiers, taxes, seats, allergies."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import delete

from app.core.db import execute
from app.core.inserting import insert_rows
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

if TYPE_CHECKING:
    from app.ordering.commands.drafts import Draft

Values = dict[str, Any]


def copied(location: LocationView, sold: Sellable, edit: LineEdit) -> Values:
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
        "course": edit.course if edit.course is not None else sold.course,
        "on_hold": edit.on_hold,
        "note": edit.note.strip()[:200],
        "stations": [str(station_id) for station_id in sold.station_ids],
        "prep_minutes": sold.prep_minutes,
    }


def write(location: LocationView, drafts: Iterable["Draft"]) -> None:
    """Write the rows that hang on lines."""
    shared = [(draft, {"location_id": location.id, "line_id": draft.line_id}) for draft in drafts]
    for model, rows_of in (
        (LineModifier, _modifier_rows),
        (LineTax, _tax_rows),
        (LineSeat, _seat_rows),
        (LineAllergy, _allergy_rows),
    ):
        insert_rows(model, [owner | row for draft, owner in shared for row in rows_of(draft)])


def clear(line_id: UUID) -> None:
    """Take away the rows that hang on a line."""
    for model in (LineModifier, LineTax, LineSeat, LineAllergy):
        execute(
            delete(model).where(model.tenant_id == current_tenant_id(), model.line_id == line_id)
        )


def _modifier_rows(draft: "Draft") -> list[Values]:
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
            zip(draft.sold.modifiers, _charges(draft.sold), strict=True)
        )
    ]


def _tax_rows(draft: "Draft") -> list[Values]:
    return [
        {
            "tax_rate_id": tax.rate_id,
            "name": tax.name,
            "percent": tax.rate,
            "inclusive": tax.inclusive,
            "base_minor": tax.base_minor,
            "amount_minor": tax.amount_minor,
        }
        for tax in draft.priced.taxes
    ]


def _seat_rows(draft: "Draft") -> list[Values]:
    return [{"seat": seat} for seat in draft.edit.seats]


def _allergy_rows(draft: "Draft") -> list[Values]:
    return [{"allergen": allergen, "seat": seat} for allergen, seat in draft.edit.allergies]


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
