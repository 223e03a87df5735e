"""What a form says of a location, be it a restaurant's first or one more."""

from typing import Any

from babel.numbers import is_currency
from marshmallow import ValidationError, fields, post_load, validate

from app.core.forms import Known, Name, Trimmed, Words
from app.tenancy.countries import is_locale, is_time_zone

STYLES = ("pay_later", "pay_first")
INCLUSIVE, ON_TOP = TAX_MODELS = ("inclusive", "on_top")
MOST_LINES, LONGEST_LINE, LONGEST_PAPER = 8, 48, 400


def _check_paper(text: str) -> None:
    lines = text.splitlines()
    if len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines):
        raise ValidationError(
            f"At most {MOST_LINES} lines of {LONGEST_LINE} characters fit on the paper."
        )


class Paper(Words):
    """What is printed above or below a receipt."""

    def __init__(self) -> None:
        super().__init__(LONGEST_PAPER, lines=True, load_default="", validate=_check_paper)


class Place(Trimmed):
    """Its name, clock, money, law and service."""

    name = Name()
    locale = fields.String(
        required=True, validate=Known(is_locale, "Choose a language of the list.")
    )
    time_zone = fields.String(
        required=True, validate=Known(is_time_zone, "Choose a time zone of the list.")
    )
    currency = fields.String(
        required=True, validate=Known(is_currency, "A currency is like EUR or USD.")
    )
    tax_model = fields.String(
        required=True, validate=validate.OneOf(TAX_MODELS, error="Choose what prices hold.")
    )
    cut_off = fields.Time(
        required=True, format="%H:%M", error_messages={"invalid": "A time is like 04:00."}
    )
    dine_in_style = fields.String(
        required=True, validate=validate.OneOf(STYLES, error="Choose when guests pay.")
    )
    takeaway_style = fields.String(
        required=True, validate=validate.OneOf(STYLES, error="Choose when guests pay.")
    )
    receipt_header = Paper()

    @post_load
    def _as_columns(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        model = data.pop("tax_model", None)
        return data | ({"tax_inclusive": model == INCLUSIVE} if model else {})
