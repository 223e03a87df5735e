"""What countries propose to a restaurant that opens there."""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from app.tenancy.countries import (
    Country,
    all_time_zones,
    country_codes,
    country_names,
    country_of_zone,
    find_country,
    is_locale,
)

TODAY = date(2026, 11, 25)
EUROPE = """
    AD AL AT BA BE BG BY CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MC MD ME MK
    MT NL NO PL PT RO RS SE SI SK SM TR UA VA XK
"""
ELSEWHERE = "US CA MX AU NZ JP KR SG IN AE IL ZA BR AR CL"


def country(code: str) -> Country:
    found = find_country(code, TODAY)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("code", "currency", "locale", "zone", "inclusive", "coin"),
    [
        ("IT", "EUR", "it_IT", "Europe/Rome", True, 5),
        ("DE", "EUR", "de_DE", "Europe/Berlin", True, 1),
        ("GB", "GBP", "en_GB", "Europe/London", True, 1),
        ("CH", "CHF", "de_CH", "Europe/Zurich", True, 5),
        ("SE", "SEK", "sv_SE", "Europe/Stockholm", True, 100),
        ("HU", "HUF", "hu_HU", "Europe/Budapest", True, 500),
        ("BG", "EUR", "bg_BG", "Europe/Sofia", True, 1),
        ("US", "USD", "en_US", "America/New_York", False, 1),
        ("CA", "CAD", "en_CA", "America/Toronto", False, 5),
        ("AU", "AUD", "en_AU", "Australia/Sydney", True, 5),
        ("JP", "JPY", "ja_JP", "Asia/Tokyo", True, 1),
    ],
)
def test_a_country_proposes_its_money_its_clock_and_its_tax(
    code: str, currency: str, locale: str, zone: str, inclusive: bool, coin: int
) -> None:
    found = country(code)

    assert (found.currency, found.locale, found.time_zone) == (currency, locale, zone)
    assert (found.tax_inclusive, found.cash_step_minor) == (inclusive, coin)


def test_a_country_that_changed_its_money_proposes_that_of_the_day() -> None:
    before = find_country("BG", date(2025, 12, 31))

    assert before is not None
    assert before.currency == "BGN"


def test_all_of_europe_and_the_large_countries_elsewhere_are_known() -> None:
    assert {*EUROPE.split(), *ELSEWHERE.split()} <= set(country_codes())


@pytest.mark.parametrize("code", country_codes())
def test_what_a_country_proposes_can_be_used(code: str) -> None:
    found = country(code)

    assert all(is_locale(name) for name in found.locales)
    assert all(str(ZoneInfo(zone)) == zone for zone in found.time_zones)
    assert len(found.currency) == 3
    assert found.cash_step_minor > 0
    assert time(0) < found.cut_off < time(12)
    assert set(found.time_zones) <= set(all_time_zones())


@pytest.mark.parametrize("code", ["", "XX", "EU", "ZZ", "it", "ITA", "../"])
def test_what_is_no_country_proposes_nothing(code: str) -> None:
    assert find_country(code, TODAY) is None


def test_countries_are_listed_by_name_in_the_readers_language() -> None:
    assert ("AT", "Österreich") in country_names("de")
    assert [name for _code, name in country_names("en")][:2] == ["Afghanistan", "Albania"]


def test_a_clock_tells_its_country() -> None:
    assert country_of_zone("Europe/Rome") == "IT"
    assert country_of_zone("America/Chicago") == "US"
    assert country_of_zone("UTC") is None


@pytest.mark.parametrize("text", ["", "xx_YY", "../etc", "de-DE-", "e" * 300])
def test_what_is_no_locale_is_told(text: str) -> None:
    assert not is_locale(text)
