"""What the pages of the opening send."""

import re
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from app.core.forms import Email, Known, Name, Trimmed, Words
from app.identity.forms import Pin
from app.menu.commands.setup import NewTaxRate
from app.onboarding.choices import HIRED
from app.onboarding.commands import FirstLocation
from app.onboarding.domain import MOST_TABLES
from app.tenancy.commands import NewLocation
from app.tenancy.countries import is_country
from app.tenancy.forms import Place

TAX_CLASSES = {"food": "Food", "drinks": "Drinks", "alcohol": "Alcohol"}
MOST_STATIONS = 8
PER_CENT = "A tax rate is between 0 and 100 per cent."


class SignUpForm(Schema):
    """The e-mail of whoever wants to open a restaurant."""

    email = Email(required=True)


class FounderForm(Trimmed):
    """Who opens the restaurant; the password is asked of a new account alone."""

    name = Name()
    restaurant = Name()
    password = fields.String(load_default=None, validate=validate.Length(max=256))


class RestaurantForm(Trimmed):
    """What it is called, its short name and its country."""

    name = Name()
    slug = fields.String(required=True)
    country = fields.String(required=True, validate=Known(is_country, "Choose the country."))


class Percent(fields.Decimal):
    """A tax rate in per cent; nothing written means no tax. A comma is as good as a point."""

    def __init__(self) -> None:
        super().__init__(
            load_default=Decimal(0),
            validate=validate.Range(0, 100, error=PER_CENT),
            error_messages={"invalid": PER_CENT, "special": PER_CENT},
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        text = str(value).replace(",", ".").removesuffix("%").strip()
        return super()._deserialize(text or "0", attr, data, **kwargs) or Decimal(0)


class FirstLocationForm(Place):
    """The first location, its taxes and its stations."""

    slug = fields.String(required=True)
    tax_name = Name()
    food = Percent()
    drinks = Percent()
    alcohol = Percent()
    stations = Words(200, load_default="Kitchen, Bar")

    @post_load
    def _split(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """`taxes` by class and `stations` as a list; Kitchen and Bar are always there."""
        named = [name for name in re.split(r"\s*[,;\n]\s*", data["stations"]) if name]
        stations = list(dict.fromkeys(["Kitchen", "Bar", *named]))
        if len(stations) > MOST_STATIONS or any(len(name) > 24 for name in stations):
            raise ValidationError({"stations": ["At most eight stations of 24 characters."]})
        taxes = {TAX_CLASSES[name]: data.pop(name) for name in TAX_CLASSES}
        return {**data, "stations": stations, "taxes": taxes}


class Between(fields.Integer):
    """A whole number of `least` to `most` things, which the sentence of a refusal names."""

    def __init__(self, least: int, most: int, of: str) -> None:
        sentence = f"{least} to {most} {of}."
        super().__init__(
            required=True,
            validate=validate.Range(least, most, error=sentence),
            error_messages={"required": sentence, "invalid": sentence},
        )


class TablesForm(Schema):
    """How many equal tables."""

    count = Between(1, MOST_TABLES, "tables at first")
    seats = Between(1, 12, "seats at a table")


class EmployeeForm(Trimmed):
    """Somebody who works here and signs in by PIN."""

    name = Name()
    role = fields.String(required=True, validate=validate.OneOf(HIRED, error="Choose a role."))
    pin = Pin()


class OwnPinForm(Schema):
    """The PIN of whoever opens the restaurant."""

    own_pin = Pin()


def read_location(form: dict[str, Any]) -> FirstLocation:
    """The location that a form describes, with its stations and taxes."""
    stations, taxes, tax_name = form.pop("stations"), form.pop("taxes"), form.pop("tax_name")
    return FirstLocation(
        location=NewLocation(**form),
        stations=tuple(stations),
        taxes=tuple(NewTaxRate(name, tax_name, percent) for name, percent in taxes.items()),
    )
