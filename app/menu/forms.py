"""What is sent from the pages of what is left and of prices."""

from typing import Any

from marshmallow import Schema, fields, pre_load, validate

from app.core.clock import LAST_DAY


class _Form(Schema):
    @pre_load
    def _empty_is_none(self, sent: Any, **_: Any) -> dict[str, Any]:
        return {name: value.strip() or None for name, value in sent.items()}


class LeftForm(_Form):
    """`counted_left` empty: not counted; `variant_id` empty: the whole item."""

    variant_id = fields.UUID(load_default=None, allow_none=True)
    is_86 = fields.Boolean(required=True)
    counted_left = fields.Decimal(
        load_default=None,
        allow_none=True,
        places=3,
        validate=validate.Range(min=0, max=999_999, error="A count is a number from 0 to 999,999."),
        error_messages={"invalid": "A count is a number, such as 4."},
    )


class PriceHereForm(_Form):
    """An amount as the location writes it; `valid_from` empty: from now on."""

    amount = fields.String(
        required=True,
        validate=validate.Length(1, 20, error="Say an amount."),
        error_messages={"required": "Say an amount.", "null": "Say an amount."},
    )
    valid_from = fields.Date(
        load_default=None,
        allow_none=True,
        validate=validate.Range(max=LAST_DAY, error=f"{LAST_DAY} is the last day."),
        error_messages={"invalid": "A day is like 2026-12-31."},
    )


class ItemHereForm(_Form):
    """`on_sale` missing: it is not; `tax_class_id` empty: as the restaurant says."""

    on_sale = fields.Boolean(load_default=False)
    tax_class_id = fields.UUID(load_default=None, allow_none=True)
