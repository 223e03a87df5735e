"""What a country proposes for a restaurant: currency, language, tax model, clock, small coins.

Currencies, languages and time zones are those of Unicode's CLDR (as Babel has it); the small
tables hold what it does not tell. All of it is a proposal: people correct it in a form.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.languages import get_official_languages
from babel.numbers import get_territory_currencies

CUT_OFF = time(4)

# Where prices on a menu are net and tax comes on top; everywhere else they hold it.
_TAX_ON_TOP = frozenset({"US", "CA", "PR", "GU", "VI", "AS", "MP"})
# Where people dine so late that a day still runs at four.
_LATE = {"ES": time(6), "AR": time(6)}
# The clock of most people, where a country has several.
_MAIN_ZONES: Mapping[str, str] = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Kinshasa",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "FM": "Pacific/Pohnpei",
    "GL": "America/Nuuk",
    "ID": "Asia/Jakarta",
    "KI": "Pacific/Tarawa",
    "KZ": "Asia/Almaty",
    "MH": "Pacific/Majuro",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PF": "Pacific/Tahiti",
    "PG": "Pacific/Port_Moresby",
    "PS": "Asia/Hebron",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "UM": "Pacific/Wake",
    "US": "America/New_York",
    "UZ": "Asia/Tashkent",
    "XK": "Europe/Belgrade",
}
# Newer than the CLDR in use: Bulgaria took the euro on 1 January 2026.
_CURRENCIES = {"BG": ("EUR", date(2026, 1, 1))}
# The language that business is done in, where CLDR names one with more speakers.
_LOCALES = {"IN": "en_IN", "MT": "en_MT", "PH": "en_PH"}
# The smallest coin in minor units: what cash is rounded to.
_CASH_STEPS_BY_CURRENCY = {
    "AUD": 5,
    "CAD": 5,
    "CHF": 5,
    "CZK": 100,
    "DKK": 50,
    "HUF": 500,
    "NOK": 100,
    "NZD": 10,
    "SEK": 100,
}
# Countries of the euro that have done away with one and two cents.
_CASH_STEPS_BY_COUNTRY = dict.fromkeys(("BE", "EE", "FI", "IE", "IT", "LT", "NL", "SK"), 5)
_NO_COUNTRIES = frozenset({"AQ", "EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


@dataclass(frozen=True, kw_only=True)
class Country:
    """What a country proposes; `time_zones` and `locales` have the likeliest first."""

    code: str
    currency: str
    locales: tuple[str, ...]
    time_zones: tuple[str, ...]
    tax_inclusive: bool
    cut_off: time
    cash_step_minor: int

    @property
    def locale(self) -> str:
        """The likeliest language, with the country's way of writing figures."""
        return self.locales[0]

    @property
    def time_zone(self) -> str:
        """The clock of most people."""
        return self.time_zones[0]


@cache
def country_codes() -> tuple[str, ...]:
    """Every country that something can be proposed for, by ISO 3166 code."""
    names = [str(name) for name in Locale("en").territories]
    return tuple(
        sorted(code for code in names if len(code) == 2 and code.isalpha() and _is_known(code))
    )


def is_country(code: str) -> bool:
    """Whether something can be proposed for a country."""
    return code in country_codes()


def country_names(locale: str) -> list[tuple[str, str]]:
    """Code and name of each country in the words of a locale, by name."""
    names = Locale.parse(locale).territories
    return sorted(((code, names.get(code, code)) for code in country_codes()), key=lambda it: it[1])


def find_country(code: str, on: date) -> Country | None:
    """What a country proposes on a date, or None for a code that is none."""
    if not is_country(code):
        return None
    currency = _currency(code, on)
    by_currency = _CASH_STEPS_BY_CURRENCY.get(currency, 1)
    return Country(
        code=code,
        currency=currency,
        locales=_locales(code),
        time_zones=_time_zones(code),
        tax_inclusive=code not in _TAX_ON_TOP,
        cut_off=_LATE.get(code, CUT_OFF),
        cash_step_minor=_CASH_STEPS_BY_COUNTRY.get(code, by_currency),
    )


def country_of_zone(zone: str) -> str | None:
    """The country that has a time zone, by its code; None for a zone of none."""
    return next((code for code in country_codes() if zone in _time_zones(code)), None)


def is_locale(text: str) -> bool:
    """Whether money and dates can be written in a locale."""
    try:
        Locale.parse(text)
    except (ValueError, UnknownLocaleError):
        return False
    return True


def is_time_zone(text: str) -> bool:
    """Whether some country has a time zone of that name."""
    return text in all_time_zones()


@cache
def all_time_zones() -> tuple[str, ...]:
    """Every time zone that a country has, by name."""
    return tuple(sorted({zone for code in country_codes() for zone in _time_zones(code)}))


def _is_known(code: str) -> bool:
    has_zone = bool(get_global("territory_zones").get(code)) or code in _MAIN_ZONES
    return code not in _NO_COUNTRIES and has_zone and bool(get_territory_currencies(code))


def _currency(code: str, on: date) -> str:
    newer, since = _CURRENCIES.get(code, ("", on))
    if newer and on >= since:
        return newer
    found = get_territory_currencies(code, start_date=on, end_date=on)
    return str((found or get_territory_currencies(code))[0])


def _locales(code: str) -> tuple[str, ...]:
    """The likeliest language, the other official ones, and English."""
    official = [f"{name}_{code}" for name in get_official_languages(code, de_facto=True)]
    english = f"en_{code}" if is_locale(f"en_{code}") else "en_GB"
    likely = [_LOCALES.get(code, f"und_{code}"), *official, english]
    return tuple(dict.fromkeys(str(Locale.parse(name)) for name in likely if is_locale(name)))


def _time_zones(code: str) -> tuple[str, ...]:
    zones = sorted(get_global("territory_zones").get(code, ()))
    main = _MAIN_ZONES.get(code)
    return tuple(dict.fromkeys([*([main] if main else []), *zones]))
