"""Business dates over cut-offs and clock changes; short names."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.tenancy.domain import (
    RESERVED_SLUGS,
    business_date,
    business_day_start,
    check_slug,
    date_of_work,
    slug_from,
)

ROME, NEW_YORK = ZoneInfo("Europe/Rome"), ZoneInfo("America/New_York")
FOUR = time(4)

zones = st.sampled_from([ROME, NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC")])
cutoffs = st.times(max_value=time(12)).map(lambda cutoff: cutoff.replace(microsecond=0))
instants = st.integers(1577836800, 1893456000).map(lambda s: datetime.fromtimestamp(s, UTC))


@pytest.mark.parametrize(
    ("local", "day"),
    [
        (datetime(2024, 5, 2, 3, 59, 59, tzinfo=ROME), date(2024, 5, 1)),
        (datetime(2024, 5, 2, 4, 0, tzinfo=ROME), date(2024, 5, 2)),
        (datetime(2024, 5, 2, 23, 59, tzinfo=ROME), date(2024, 5, 2)),
        (datetime(2025, 1, 1, 1, 0, tzinfo=ROME), date(2024, 12, 31)),
    ],
)
def test_a_day_lasts_from_cut_off_to_cut_off(local: datetime, day: date) -> None:
    assert business_date(local, ROME, FOUR) == day


def test_the_day_is_the_location_s_not_utc_s() -> None:
    instant = datetime(2024, 7, 2, 3, 0, tzinfo=UTC)

    assert business_date(instant, NEW_YORK, FOUR) == date(2024, 7, 1)
    assert business_date(instant, ROME, FOUR) == date(2024, 7, 2)


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2024, 3, 30), ROME, 23),
        (date(2024, 10, 26), ROME, 25),
        (date(2024, 3, 9), NEW_YORK, 23),
        (date(2024, 11, 2), NEW_YORK, 25),
        (date(2024, 5, 1), ROME, 24),
    ],
)
def test_the_night_of_a_clock_change_is_an_hour_shorter_or_longer(
    day: date, zone: ZoneInfo, hours: int
) -> None:
    length = business_day_start(day + timedelta(days=1), zone, FOUR) - business_day_start(
        day, zone, FOUR
    )

    assert length == timedelta(hours=hours)


def test_the_hour_that_comes_twice_does_not_start_the_day_twice() -> None:
    # Rome, 27 October 2024: 02:00 to 03:00 passes at 00:00 UTC and again at 01:00 UTC.
    half_past = time(2, 30)
    minutes = [datetime(2024, 10, 27, 0, 0, tzinfo=UTC) + timedelta(minutes=m) for m in range(120)]

    days = [business_date(minute, ROME, half_past).day for minute in minutes]

    assert days == [26] * 30 + [27] * 90


def test_a_cut_off_in_the_hour_that_is_left_out_starts_the_day_after_it() -> None:
    # Rome, 31 March 2024: 02:00 becomes 03:00 at 01:00 UTC.
    start = business_day_start(date(2024, 3, 31), ROME, time(2, 30))

    assert start == datetime(2024, 3, 31, 1, 30, tzinfo=UTC)
    assert business_date(start - timedelta(seconds=1), ROME, time(2, 30)) == date(2024, 3, 30)
    assert business_date(start, ROME, time(2, 30)) == date(2024, 3, 31)


@given(instants, zones, cutoffs)
def test_every_instant_lies_in_its_business_day(
    instant: datetime, zone: ZoneInfo, cutoff: time
) -> None:
    day = business_date(instant, zone, cutoff)

    assert business_day_start(day, zone, cutoff) <= instant
    assert instant < business_day_start(day + timedelta(days=1), zone, cutoff)


@given(instants, st.timedeltas(timedelta(0), timedelta(days=2)), zones, cutoffs)
def test_business_dates_never_go_back(
    instant: datetime, later: timedelta, zone: ZoneInfo, cutoff: time
) -> None:
    first, second = (business_date(i, zone, cutoff) for i in (instant, instant + later))

    assert first <= second


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        business_date(datetime(2024, 5, 1, tzinfo=UTC).replace(tzinfo=None), ROME, FOUR)


@pytest.mark.parametrize("slug", ["trattoria", "old-town", "main-street", "7-up", "ab"])
def test_a_short_name_for_addresses_passes(slug: str) -> None:
    assert check_slug(slug) == slug


@pytest.mark.parametrize(
    "slug", ["", "a", "a" * 41, "Old", "old town", "-old", "old-", "xn--x", "caffè", "a/b", "ab\n"]
)
def test_a_short_name_that_breaks_the_rules_is_refused(slug: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_slug(slug)

    assert refusal.value.fields["slug"] == [refusal.value.sentence]


@pytest.mark.parametrize("slug", ["www", "api", "static", "admin", "localhost"])
def test_reserved_words_are_refused(slug: str) -> None:
    assert slug in RESERVED_SLUGS
    with pytest.raises(Invalid, match="reserved"):
        check_slug(slug)


def test_a_later_cut_off_counts_from_the_next_day_on() -> None:
    """At five a day that ends at four is over, though the next one will end at six."""
    began = (date(2024, 5, 1), FOUR)
    five, seven = (datetime(2024, 5, day, hour, tzinfo=ROME) for day, hour in ((2, 5), (3, 5)))

    assert date_of_work(five, ROME, time(6), began) == date(2024, 5, 2)
    assert date_of_work(seven, ROME, time(6), (date(2024, 5, 2), time(6))) == date(2024, 5, 2)


def test_an_earlier_cut_off_does_not_end_the_day_that_is_open() -> None:
    five = datetime(2024, 5, 2, 5, tzinfo=ROME)

    assert date_of_work(five, ROME, FOUR, (date(2024, 5, 1), time(6))) == date(2024, 5, 1)
    assert date_of_work(five, ROME, FOUR, None) == date(2024, 5, 2)


@given(instants, cutoffs, cutoffs, zones, st.integers(0, 40))
def test_no_date_comes_twice_whatever_the_cut_off_becomes(
    instant: datetime, old: time, new: time, zone: ZoneInfo, days: int
) -> None:
    day = business_date(instant - timedelta(days=days), zone, old)

    found = date_of_work(instant, zone, new, (day, old))

    is_over = instant >= business_day_start(day + timedelta(days=1), zone, old)
    assert found > day if is_over else found == day


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Old Town", "old-town"),
        ("Café de l’Été", "cafe-de-lete"),
        ("  --  ", ""),
        ("東京", ""),
        ("A" * 90, "a" * 40),
        ("x" * 39 + " y", "x" * 39),
    ],
)
def test_a_slug_is_made_of_a_name(name: str, slug: str) -> None:
    assert slug_from(name) == slug
