"""Prices of a list in time: each instant has at most one, and what was planned stays planned."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.core.ids import new_id
from app.menu.domain import PriceChange, PriceSpan, begin_price, end_prices

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def span(starts: datetime | None, ends: datetime | None = None) -> PriceSpan:
    return PriceSpan(id=new_id(), starts=starts, ends=ends)


def apply(spans: list[PriceSpan], change: PriceChange, at: datetime) -> list[PriceSpan]:
    """What the table holds after a change, as the command writes it."""
    kept = [one for one in spans if one.id not in change.dropped]
    return [
        PriceSpan(id=one.id, starts=one.starts, ends=at) if one.id in change.ended else one
        for one in kept
    ]


def at(spans: list[PriceSpan], instant: datetime) -> list[UUID]:
    return [
        one.id
        for one in spans
        if (one.starts is None or one.starts <= instant)
        and (one.ends is None or one.ends > instant)
    ]


def test_a_new_price_ends_the_one_before() -> None:
    old = span(None)

    assert begin_price([old], NOON) == PriceChange(ended=(old.id,), dropped=())


def test_a_price_that_is_planned_still_begins_on_its_day() -> None:
    planned = span(NOON + DAY)

    change = begin_price([planned], NOON)

    assert change == PriceChange(ended=(), dropped=(), until=NOON + DAY)


def test_a_second_price_from_the_same_day_replaces_the_first() -> None:
    planned = span(NOON + DAY)

    assert begin_price([planned], NOON + DAY).dropped == (planned.id,)


def test_a_price_between_two_holds_until_the_later_one() -> None:
    first, last = span(NOON, NOON + 9 * DAY), span(NOON + 9 * DAY)

    change = begin_price([first, last], NOON + 3 * DAY)

    assert (change.ended, change.dropped, change.until) == ((first.id,), (), NOON + 9 * DAY)


def test_going_back_ends_what_holds_and_drops_what_is_planned() -> None:
    over, current, planned = span(None, NOON - DAY), span(NOON - DAY), span(NOON + DAY)

    change = end_prices([over, current, planned], NOON)

    assert (change.ended, change.dropped) == ((current.id,), (planned.id,))


@given(st.lists(st.integers(-9, 9), max_size=12))
def test_whatever_is_planned_in_whatever_order_no_instant_has_two_prices(days: list[int]) -> None:
    spans: list[PriceSpan] = []
    for day in days:
        start = NOON + day * DAY
        change = begin_price(spans, start)
        spans = [*apply(spans, change, start), span(start, change.until)]

    for day in range(-10, 11):
        instant = NOON + day * DAY
        holding = at(spans, instant)
        assert len(holding) == (1 if days and min(days) <= day else 0)
    after = apply(spans, end_prices(spans, NOON), NOON)
    assert [at(after, NOON + day * DAY) for day in range(10)] == [[]] * 10
