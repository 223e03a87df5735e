"""What is sent from the page of what is left."""

from typing import Any

from marshmallow import Schema, fields, pre_load, validate


class LeftForm(Schema):
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

    @pre_load
    def _empty_is_none(self, sent: Any, **_: Any) -> dict[str, Any]:
        return {name: value.strip() or None for name, value in sent.items()}
