"""Ids, the clock and the typed failures."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.core import clock
from app.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Unavailable
from app.core.ids import new_id

NAIVE = datetime(2024, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def test_ids_are_version_7_and_sort_by_time() -> None:
    ids = [new_id() for _ in range(100)]

    assert {made.version for made in ids} == {7}
    assert sorted(ids) == ids
    assert len(set(ids)) == 100


def test_the_clock_is_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is UTC


def test_the_clock_stands_still_inside_the_block_only() -> None:
    instant = datetime(2024, 2, 29, 13, tzinfo=timezone(timedelta(hours=1)))

    with clock.use(instant):
        assert clock.now() == instant
        assert clock.now().tzinfo is UTC

    assert clock.now() != instant


def test_a_running_clock_may_be_given() -> None:
    ticks = iter(datetime(2024, 1, 1, 0, 0, second, tzinfo=UTC) for second in range(2))

    with clock.use(lambda: next(ticks)):
        assert (clock.now().second, clock.now().second) == (0, 1)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"), clock.use(NAIVE):
        pass


@pytest.mark.parametrize(
    ("failure", "status"),
    [(NotFound, 404), (Forbidden, 403), (Conflict, 409), (Invalid, 422), (Unavailable, 503)],
)
def test_each_failure_has_its_status(failure: type[DomainError], status: int) -> None:
    raised = failure("code", "A sentence.")

    assert (raised.status, raised.code, str(raised)) == (status, "code", "A sentence.")


def test_invalid_input_names_its_fields() -> None:
    assert Invalid("form", "No.", {"name": ("Too long.",)}).fields == {"name": ["Too long."]}
    assert Invalid("form", "No.").fields == {}
