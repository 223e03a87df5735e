"""The price of a line before tax that is added to it."""

from collections.abc import Iterable
from decimal import Decimal

from app.core.money import RoundingMode, round_minor


def line_gross(
    quantity: Decimal,
    unit_minor: int,
    modifiers_minor: Iterable[int] = (),
    mode: RoundingMode = RoundingMode.HALF_UP,
) -> int:
    """Return quantity × (unit price + modifiers) in minor units, rounded once.

    The result holds inclusive taxes and not the exclusive ones.
    """
    return round_minor(quantity * (unit_minor + sum(modifiers_minor)), mode)
