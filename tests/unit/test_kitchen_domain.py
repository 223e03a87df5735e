"""The kitchen's clocks, slots and readiness."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Conflict
from app.kitchen.domain import (
    free_slot,
    is_line_ready,
    late_after,
    late_at,
    line_state_in_kitchen,
    may_undo_bump,
    require_recallable,
)

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@pytest.mark.parametrize(("threshold", "prep", "late"), [(10, 5, 10), (10, 10, 12), (8, 15, 18)])
def test_late_is_the_larger_of_threshold_and_prep_time_and_a_fifth(
    threshold: int, prep: int, late: int
) -> None:
    assert late_after(minutes(threshold), minutes(prep)) == minutes(late)


def test_a_promised_ticket_is_late_at_its_promise() -> None:
    assert late_at(NOW, minutes(10), minutes(5)) == NOW + minutes(10)
    assert late_at(NOW, minutes(10), minutes(5), NOW + minutes(45)) == NOW + minutes(45)


def test_a_ticket_takes_the_smallest_free_slot() -> None:
    assert free_slot([], {}, NOW) == 1
    assert free_slot([1, 2, 4], {}, NOW) == 3


def test_a_freed_slot_rests_for_two_seconds() -> None:
    freed = {1: NOW}

    assert free_slot([], freed, NOW + timedelta(seconds=1.9)) == 2
    assert free_slot([], freed, NOW + timedelta(seconds=2)) == 1


@given(st.sets(st.integers(1, 30)), st.sets(st.integers(1, 30)))
def test_no_two_tickets_share_a_slot(taken: set[int], resting: set[int]) -> None:
    slot = free_slot(taken, dict.fromkeys(resting, NOW), NOW)

    assert slot not in taken | resting
    assert set(range(1, slot)) <= taken | resting


@pytest.mark.parametrize(
    ("states", "is_ready"),
    [
        (["done", "done"], True),
        (["done", "open"], False),
        (["done", "voided", "confirmed"], True),
        (["voided"], False),
        ([], False),
    ],
)
def test_a_line_is_ready_when_every_station_is_done(states: list[str], is_ready: bool) -> None:
    assert is_line_ready(states) is is_ready


@pytest.mark.parametrize(
    ("states", "is_begun", "state"),
    [
        (["open", "open"], False, "fired"),
        (["open", "open"], True, "preparing"),
        (["open", "done"], False, "preparing"),
        (["done", "done"], True, "ready"),
    ],
)
def test_ticket_lines_say_where_the_line_is(states: list[str], is_begun: bool, state: str) -> None:
    assert line_state_in_kitchen(states, is_begun=is_begun) == state


def test_a_bump_may_be_undone_for_five_seconds() -> None:
    assert may_undo_bump(NOW, NOW + timedelta(seconds=5))
    assert not may_undo_bump(NOW, NOW + timedelta(seconds=5.1))


def test_yesterday_s_tickets_are_not_recalled() -> None:
    require_recallable(date(2024, 5, 1), date(2024, 5, 1))
    with pytest.raises(Conflict, match="today"):
        require_recallable(date(2024, 4, 30), date(2024, 5, 1))
