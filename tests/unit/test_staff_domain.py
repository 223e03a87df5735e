"""How people and roles are named, and under which heading a permission stands."""

import pytest

from app.core.errors import Invalid
from app.identity.permissions import ALL
from app.identity.staff import domain


def test_every_permission_stands_under_one_heading() -> None:
    shown = [permission.name for _label, held in domain.by_area(ALL) for permission in held]

    assert sorted(shown) == sorted(ALL)


def test_a_heading_without_permissions_is_left_out() -> None:
    assert [label for label, _held in domain.by_area({"menu.86"})] == ["Menu and floor"]


@pytest.mark.parametrize(
    ("active", "invited", "state"),
    [
        (True, False, "active"),
        (True, True, "active"),
        (False, True, "invited"),
        (False, False, "former"),
    ],
)
def test_a_person_is_active_invited_or_former(active: bool, invited: bool, state: str) -> None:
    assert domain.state_of(active=active, invited=invited) == state


def test_given_roles_are_read_as_words_and_own_ones_as_they_are_written() -> None:
    assert domain.role_label("stock_clerk") == "Stock clerk"
    assert domain.role_label("night_shift") == "night_shift"


def test_two_roles_are_not_told_apart_by_case_or_our_spelling() -> None:
    assert domain.same_name("Stock Clerk") == domain.same_name("stock_clerk")


def test_a_name_loses_blanks_and_nothing_else() -> None:
    assert domain.check_name("  Ana   Maria ") == "Ana Maria"
    for name in ("   ", "x" * 61):
        with pytest.raises(Invalid):
            domain.check_name(name)
