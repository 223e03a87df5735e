"""Lines before they are written: what the menu sells now, priced and taxed in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core import clock
from app.core.errors import Conflict, Invalid
from app.menu.queries import Sellable, sellables
from app.ordering.commands import line_parts
from app.ordering.commands.asked import MOST, LineEdit, NewLine
from app.ordering.commands.orders import OrderRow
from app.ordering.domain.tax import PricedLine, TaxableLine, TaxRate, tax_lines, tax_rules
from app.ordering.events import LineFacts, ModifierFacts
from app.tenancy.queries import LocationView


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A line that is about to be written; `values` are its own columns."""

    line_id: UUID
    sold: Sellable
    edit: LineEdit
    values: dict[str, Any]
    priced: PricedLine

    @property
    def facts(self) -> LineFacts:
        """The line as events tell of it."""
        return LineFacts(
            line_id=self.line_id,
            item_id=self.sold.item_id,
            variant_id=self.sold.variant_id,
            name=self.sold.name,
            kitchen_name=self.sold.kitchen_name,
            variant_name=self.sold.variant_name,
            quantity=self.edit.quantity,
            note=self.values["note"],
            station_ids=self.sold.station_ids,
            prep_minutes=self.sold.prep_minutes,
            modifiers=tuple(
                ModifierFacts(modifier_id=one.id, kind=one.kind, kitchen_name=one.kitchen_name)
                for one in self.sold.modifiers
            ),
            allergies=tuple(sorted(self.edit.allergies, key=_seat_first)),
        )


def draft_new(location: LocationView, order: OrderRow, lines: Sequence[NewLine]) -> list[Draft]:
    """Lines at the price, name and tax of this moment, taxed as one bill.

    Raises Conflict for what is off sale, Invalid for a quantity or a modifier rule.
    """
    for new in lines:
        require_quantity(new)
    wanted = [(new.variant_id, new.modifier_ids) for new in lines]
    sold = sellables(location, wanted, order.service_type, order.channel, clock.now())
    for each in sold:
        if each.is_86:
            raise Conflict("eighty_six", f"{each.name} is not available.")
    parts = zip(lines, sold, strict=True)
    return draft(location, [(new.line_id, each, new) for new, each in parts])


def draft(location: LocationView, lines: Sequence[tuple[UUID, Sellable, LineEdit]]) -> list[Draft]:
    """Work out the columns and the taxes of lines, as if they were the whole bill."""
    values = [line_parts.copied(location, sold, edit) for _, sold, edit in lines]
    taxable = [
        TaxableLine(gross_minor=own["gross_minor"], rates=_rates(location, sold))
        for own, (_, sold, _) in zip(values, lines, strict=True)
    ]
    rules = tax_rules(location.rounding_level, location.rounding_mode)
    return [
        Draft(
            line_id=line_id,
            sold=sold,
            edit=edit,
            values=own | {"net_minor": priced.net_minor},
            priced=priced,
        )
        for (line_id, sold, edit), own, priced in zip(
            lines, values, tax_lines(taxable, rules), strict=True
        )
    ]


def require_quantity(edit: LineEdit) -> None:
    """Raise Invalid for a quantity that nobody means."""
    if not 0 < edit.quantity <= MOST:
        raise Invalid("quantity", f"A quantity is more than 0 and at most {MOST}.")


def _rates(location: LocationView, sold: Sellable) -> tuple[TaxRate, ...]:
    return tuple(
        TaxRate(
            rate_id=tax.rate_id,
            name=tax.name,
            rate=tax.percent,
            inclusive=location.tax_inclusive,
        )
        for tax in sold.taxes
    )


def _seat_first(allergy: tuple[str, int | None]) -> tuple[bool, int, str]:
    """In the order in which the database reads them: a seat's first, the whole line's last."""
    allergen, seat = allergy
    return seat is None, seat or 0, allergen
