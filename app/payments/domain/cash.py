"""Cash: rounding, change, and the notes a guest is likely to hand over."""

from dataclasses import dataclass

from app.core.errors import Invalid
from app.core.money import exponent, round_to_step

SUGGESTIONS = 5

# Notes and the coins used like notes, in minor units.
_NOTES = {
    "CHF": (500, 1000, 2000, 5000, 10000, 20000),
    "EUR": (500, 1000, 2000, 5000, 10000),
    "GBP": (500, 1000, 2000, 5000),
    "JPY": (500, 1000, 5000, 10000),
    "USD": (100, 500, 1000, 2000, 5000, 10000),
}


@dataclass(frozen=True, kw_only=True)
class CashTaken:
    """A cash payment: tendered − change = amount + rounding is what stays in the drawer."""

    amount_minor: int
    rounding_minor: int
    tendered_minor: int
    change_minor: int


def cash_due(amount_minor: int, step_minor: int = 1) -> int:
    """Return what is to be handed over for an amount, rounded to the smallest coin."""
    return round_to_step(amount_minor, step_minor)


def take_cash(amount_minor: int, tendered_minor: int, step_minor: int = 1) -> CashTaken:
    """Work out rounding and change; raise Invalid (`tendered`) when it is not enough."""
    due = cash_due(amount_minor, step_minor)
    if tendered_minor < due:
        sentence = "The cash given is less than what is due."
        raise Invalid("tendered", sentence, {"tendered": [sentence]})
    return CashTaken(
        amount_minor=amount_minor,
        rounding_minor=due - amount_minor,
        tendered_minor=tendered_minor,
        change_minor=tendered_minor - due,
    )


def quick_cash(amount_minor: int, currency: str, step_minor: int = 1) -> tuple[int, ...]:
    """Return what a guest is likely to hand over: the exact sum, then the next round ones."""
    due = cash_due(amount_minor, step_minor)
    if due <= 0:
        return ()
    rounded_up = {-(-due // note) * note for note in _notes(currency)}
    return tuple(sorted({due} | rounded_up))[:SUGGESTIONS]


def _notes(currency: str) -> tuple[int, ...]:
    unit: int = 10 ** exponent(currency)
    return _NOTES.get(currency) or tuple(n * unit for n in (5, 10, 20, 50, 100))
