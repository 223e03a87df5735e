"""Languages, money, dates and numbers as the location writes them."""

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from flask import Flask, g
from flask_babel import Babel, get_translations

from app.core.money import format_money, to_decimal

DEFAULT_LOCALE = "en"
DEFAULT_ZONE = "UTC"
KEPT = 8192


def init_locale(app: Flask) -> None:
    """Register translations and the filters that templates write figures with."""
    Babel(app, locale_selector=locale, timezone_selector=zone_name)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(_text, _plural, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.filters.update(
        money=money, amount=amount, quantity=quantity, clock=clock_time, day=day
    )
    app.context_processor(_for_layouts)


def _text(text: str) -> str:
    """A translation as it is written: Jinja fills its placeholders in, and once is enough."""
    return str(get_translations().ugettext(text))


def _plural(singular: str, plural: str, number: int) -> str:
    return str(get_translations().ungettext(singular, plural, number))


def _for_layouts() -> dict[str, str]:
    language = Locale.parse(locale())
    return {
        "lang": str(language).replace("_", "-"),
        "dir": language.text_direction,
        "locale": locale().replace("_", "-"),
        "time_zone": zone_name(),
    }


def locale() -> str:
    """The locale of the location at hand, such as "en_GB"."""
    place = g.get("location") or g.get("house")
    return place.locale if place else DEFAULT_LOCALE


def zone_name() -> str:
    """The time zone of the location at hand."""
    place = g.get("location") or g.get("house")
    return place.time_zone if place else DEFAULT_ZONE


def money(minor: int, currency: str) -> str:
    """An amount with its currency: 14650 EUR is €146.50."""
    return _money(minor, currency, locale())


def amount(minor: int, currency: str) -> str:
    """An amount without the sign, for columns of figures: 146.50."""
    return _amount(minor, currency, locale())


def quantity(value: Decimal) -> str:
    """A quantity without trailing zeros: 2, 0.75."""
    return _quantity(value.normalize(), locale())


# The same prices are shown all day long: writing sixty of them anew took 1 ms a page.
_money = lru_cache(KEPT)(format_money)


@lru_cache(KEPT)
def _quantity(value: Decimal, name: str) -> str:
    return format_decimal(value, locale=name)


@lru_cache(KEPT)
def _amount(minor: int, currency: str, name: str) -> str:
    value = to_decimal(minor, currency)
    places = -int(value.as_tuple().exponent)
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return format_decimal(value, format=pattern, locale=name)


def clock_time(at: datetime) -> str:
    """A time of day at the location: 19:42."""
    return format_time(at.astimezone(ZoneInfo(zone_name())), "HH:mm", locale=locale())


def day(at: datetime) -> str:
    """A date at the location, in words: Sun 22 Nov."""
    return format_date(at.astimezone(ZoneInfo(zone_name())), "EEE d MMM", locale=locale())
