"""What the pay screen's forms may say; amounts are read as the location writes them."""

from typing import Any

from flask import g
from marshmallow import Schema, ValidationError, fields, pre_load, validate

from app.core.errors import Invalid
from app.core.forms import Words
from app.core.money import parse_money
from app.core.words import LONGEST_NOTE

MOST_MINOR = 10**11


class Amount(fields.Field[int]):
    """An amount that a person types, not below nothing; minor units in the form's values."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        try:
            minor = parse_money(str(value), g.location.currency, g.location.locale)
        except Invalid as error:
            raise ValidationError(error.sentence) from error
        if not 0 <= minor <= MOST_MINOR:
            raise ValidationError("That is not an amount of money.")
        return minor


def _minor(default: int | None = None) -> fields.Integer:
    """An amount that the page itself wrote, in minor units."""
    return fields.Integer(load_default=default, validate=validate.Range(0, MOST_MINOR))


class _Form(Schema):
    @pre_load
    def _without_blanks(self, data: Any, **_: Any) -> dict[str, str]:
        return {name: value for name, value in data.items() if value.strip()}


class ScreenForm(_Form):
    """Which bill, and how much of it with how much tip; nothing said means all that is due."""

    bill = fields.UUID(load_default=None)
    amount = Amount(load_default=None)
    tip = Amount(load_default=0)


class CardForm(_Form):
    """What to take from a bill as it was when somebody looked at it."""

    version = fields.Integer(required=True)
    amount_minor = _minor()
    tip_minor = _minor(0)


class CashForm(CardForm):
    """Cash for a part of a bill: typed, or a button's; neither means the exact sum."""

    tendered = Amount(load_default=None)
    tendered_minor = _minor()


class RefundForm(_Form):
    """How much is given back, and why."""

    amount = Amount(required=True, error_messages={"required": "Say how much."})
    reason = Words(
        LONGEST_NOTE,
        required=True,
        error_messages={"required": "Say why money is given back."},
    )
