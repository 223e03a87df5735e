"""What clients send as JSON."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from app.core.forms import Several, Words
from app.core.words import LONGEST_NOTE
from app.ordering.commands import NewLine, PlaceOrder
from app.ordering.forms import LONGEST_PICKUP_NAME, MOST_CHOICES, MOST_SEATS

MOST_LINES = 200
MOST_ALLERGIES = 50  # on one line


class AllergySchema(Schema):
    """An allergy to heed, at a seat or for the whole line."""

    allergen = Words(40, required=True, validate=validate.Length(min=1))
    seat = fields.Integer(load_default=None, validate=validate.Range(1, MOST_SEATS))


class LineSchema(Schema):
    """One line of an order. `line_id` is made by the client and names the line for ever."""

    line_id = fields.UUID(required=True)
    variant_id = fields.UUID(required=True)
    quantity = fields.Decimal(load_default=1, places=3)
    modifier_ids = Several(fields.UUID(), MOST_CHOICES, "choices", load_default=list)
    note = Words(LONGEST_NOTE, load_default="")
    course = fields.Integer(load_default=None, validate=validate.Range(min=0, max=9))
    on_hold = fields.Boolean(load_default=False)
    seats = Several(
        fields.Integer(validate=validate.Range(1, MOST_SEATS)),
        MOST_SEATS,
        "seats",
        load_default=list,
    )
    allergies = Several(
        fields.Nested(AllergySchema), MOST_ALLERGIES, "allergies", load_default=list
    )

    @post_load
    def _line(self, data: dict[str, Any], **_options: Any) -> NewLine:
        allergies = tuple((it["allergen"], it["seat"]) for it in data.pop("allergies"))
        return NewLine(
            **{**data, "modifier_ids": tuple(data["modifier_ids"]), "seats": tuple(data["seats"])},
            allergies=allergies,
        )


class PlaceOrderSchema(Schema):
    """A whole order: opened, filled and sent in one request."""

    order_id = fields.UUID(required=True)
    service_type = fields.String(required=True, validate=validate.OneOf(("dine_in", "takeaway")))
    table_id = fields.UUID(load_default=None)
    guests = fields.Integer(load_default=1, validate=validate.Range(1, MOST_SEATS))
    pickup_name = Words(LONGEST_PICKUP_NAME, load_default="")
    lines = Several(
        fields.Nested(LineSchema),
        MOST_LINES,
        "lines",
        required=True,
        validate=validate.Length(1, error="An order has a line at least."),
    )

    @post_load
    def _order(self, data: dict[str, Any], **_options: Any) -> PlaceOrder:
        return PlaceOrder(**{**data, "lines": tuple(data["lines"])})
