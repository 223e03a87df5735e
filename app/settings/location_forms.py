"""What the forms of locations send, and what stands in their fields."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from babel import Locale
from marshmallow import fields, pre_load, validate

from app.core.errors import Invalid
from app.core.forms import Words
from app.menu.queries import TaxClassView
from app.settings.locations import SetUp
from app.tenancy.commands import NewLocation
from app.tenancy.countries import Country, all_time_zones
from app.tenancy.domain import slug_from
from app.tenancy.forms import INCLUSIVE, ON_TOP, Paper, Place
from app.tenancy.queries import LocationView

FIXED = ("currency", "tax_model", "time_zone")
LEVELS = ("line", "bill")
TAX = "VAT"
MOST_COIN = 100_000
PERCENT = "percent-"
_OF_SETUP = frozenset({"copy_from", "tables", "overrides", "tax_name"})
RATE_IS = "A rate is a number from 0 to 100, such as 10 or 8.875."


class LocationForm(Place):
    """What may be changed of a location. What its orders have fixed (FIXED) is not sent at all."""

    rounding_level = fields.String(required=True, validate=validate.OneOf(LEVELS))
    cash_step_minor = fields.Integer(
        required=True,
        validate=validate.Range(1, MOST_COIN, error="The smallest coin is 1 or more."),
        error_messages={"invalid": "The smallest coin is a whole number."},
    )
    receipt_footer = Paper()


class NewLocationForm(LocationForm):
    """A new location: an empty slug is made of the name, an empty `copy_from` copies nothing."""

    slug = fields.String(load_default="")
    copy_from = fields.UUID(load_default=None, allow_none=True)
    tables = fields.Boolean(load_default=False)
    overrides = fields.Boolean(load_default=False)
    tax_name = Words(40, load_default="")

    @pre_load
    def _copy_nothing(self, sent: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**sent, "copy_from": sent.get("copy_from") or None}


def location_of(form: Mapping[str, Any]) -> NewLocation:
    """The location that a NewLocationForm asks for."""
    values = {name: value for name, value in form.items() if name not in _OF_SETUP}
    return NewLocation(**values | {"slug": form["slug"] or slug_from(form["name"])})


def setup_of(
    form: Mapping[str, Any], sent: Mapping[str, str], tax_classes: Iterable[TaxClassView]
) -> SetUp:
    """What the location starts with; raises Invalid for a rate that is none, or missing."""
    if form["copy_from"]:
        return SetUp(
            copy_from=form["copy_from"], tables=form["tables"], overrides=form["overrides"]
        )
    asked = {one.name: sent.get(f"{PERCENT}{one.id}", "") for one in tax_classes}
    percents = {name: percent_of(text) for name, text in asked.items()}
    wrong = [name for name, percent in percents.items() if percent is None]
    if wrong:
        raise Invalid("percent", f"{', '.join(wrong)}: {RATE_IS}")
    known = {name: percent for name, percent in percents.items() if percent is not None}
    return SetUp(tax_name=form["tax_name"] or TAX, percents=known)


def percent_of(text: str) -> Decimal | None:
    """A rate in per cent from 0 to 100, with a point or a comma; None for what is none.

    It has at most four places after the point, as the table has.
    """
    try:
        percent = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    is_rate = percent.is_finite() and 0 <= percent <= 100
    return percent if is_rate and percent == round(percent, 4) else None


def locale_choices(likely: Iterable[str]) -> list[tuple[str, str]]:
    """Locales to choose from, the likeliest first, each in its own words."""
    return [(name, Locale.parse(name).get_display_name() or name) for name in _first(likely)]


def zone_choices(likely: Iterable[str]) -> list[tuple[str, str]]:
    """Every time zone, the likeliest first."""
    return [(name, name.replace("_", " ")) for name in _first([*likely, *all_time_zones()])]


def _first(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def proposal(
    country: Country, currency: str | None, tax_classes: Iterable[TaxClassView]
) -> dict[str, str]:
    """What stands in the fields of a new location; `currency` is that of the menu, if it has."""
    return {f"{PERCENT}{one.id}": "" for one in tax_classes} | {
        "name": "",
        "slug": "",
        "locale": country.locale,
        "time_zone": country.time_zone,
        "currency": currency or country.currency,
        "tax_model": INCLUSIVE if country.tax_inclusive else ON_TOP,
        "cut_off": country.cut_off.isoformat("minutes"),
        "dine_in_style": "pay_later",
        "takeaway_style": "pay_first",
        "rounding_level": "line",
        "cash_step_minor": str(country.cash_step_minor),
        "receipt_header": "",
        "receipt_footer": "",
        "tax_name": TAX,
    }


def current(place: LocationView) -> dict[str, str]:
    """What stands in the fields of a location as it is."""
    model = INCLUSIVE if place.tax_inclusive else ON_TOP
    values = {name: str(value) for name, value in vars(place).items()}
    return values | {"tax_model": model, "cut_off": place.cut_off.isoformat("minutes")}
