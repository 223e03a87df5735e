"""Modifier rules, and what placing and closing do in each service style."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Conflict, Invalid
from app.ordering.domain.modifiers import (
    Choice,
    ModifierGroup,
    charges_for_modifiers,
    check_modifiers,
)
from app.ordering.domain.service import (
    PlacedLine,
    ServiceStyle,
    is_served_by_closing,
    lines_to_fire,
    require_cancellable,
    require_closable,
)

DOUGH = ModifierGroup(group_id=UUID(int=1), name="Dough", least=1, most=1)
TOPPINGS = ModifierGroup(group_id=UUID(int=2), name="Toppings", most=3, included_free=2)


def choice(group: ModifierGroup, price: int = 0, count: int = 1) -> Choice:
    return Choice(modifier_id=UUID(int=90), group_id=group.group_id, price_minor=price, count=count)


def line(number: int, state: str, *, on_hold: bool = False) -> PlacedLine:
    return PlacedLine(line_id=UUID(int=number), state=state, is_course_on_hold=on_hold)


def numbers(ids: list[UUID]) -> list[int]:
    return [line_id.int for line_id in ids]


def test_a_choice_that_keeps_every_rule_passes() -> None:
    check_modifiers([DOUGH, TOPPINGS], [choice(DOUGH), choice(TOPPINGS, count=3)])


def test_each_broken_rule_gets_a_sentence() -> None:
    with pytest.raises(Invalid) as refusal:
        check_modifiers([DOUGH, TOPPINGS], [choice(TOPPINGS, count=4)])

    assert refusal.value.fields == {
        str(DOUGH.group_id): ["Dough: choose at least 1."],
        str(TOPPINGS.group_id): ["Toppings: choose at most 3."],
    }
    assert refusal.value.sentence == "Dough: choose at least 1. Toppings: choose at most 3."


def test_a_choice_of_another_item_is_refused() -> None:
    with pytest.raises(Invalid, match="does not belong"):
        check_modifiers([DOUGH], [choice(DOUGH), choice(TOPPINGS)])


def test_the_cheapest_of_a_group_are_included() -> None:
    chosen = [
        choice(TOPPINGS, 300),
        choice(DOUGH, 100),
        choice(TOPPINGS, 150),
        choice(TOPPINGS, 200),
    ]

    assert charges_for_modifiers([DOUGH, TOPPINGS], chosen) == (300, 100, 0, 0)


def test_one_choice_taken_thrice_is_partly_included() -> None:
    assert charges_for_modifiers([TOPPINGS], [choice(TOPPINGS, 150, count=3)]) == (150,)


@given(
    st.lists(st.tuples(st.integers(0, 500), st.integers(1, 3)), max_size=6).flatmap(
        lambda chosen: st.tuples(st.just(chosen), st.permutations(chosen))
    )
)
def test_the_price_does_not_depend_on_the_order_of_taps(
    orders: tuple[list[tuple[int, int]], list[tuple[int, int]]],
) -> None:
    sums = {
        sum(charges_for_modifiers([TOPPINGS], [choice(TOPPINGS, p, n) for p, n in order]))
        for order in orders
    }

    assert len(sums) == 1


@pytest.mark.parametrize("is_settled", [True, False])
def test_pay_later_fires_at_placing_what_is_not_on_hold(is_settled: bool) -> None:
    lines = [line(1, "held"), line(2, "held", on_hold=True), line(3, "fired")]

    due = lines_to_fire(ServiceStyle.PAY_LATER, lines, is_settled=is_settled)

    assert numbers(due) == [1]


def test_pay_first_fires_once_every_bill_is_settled() -> None:
    lines = [line(1, "held"), line(2, "held", on_hold=True)]

    assert lines_to_fire(ServiceStyle.PAY_FIRST, lines, is_settled=False) == []
    assert numbers(lines_to_fire(ServiceStyle.PAY_FIRST, lines, is_settled=True)) == [1]


def test_an_order_closes_when_paid_and_sent() -> None:
    require_closable(["settled", "void"], ["fired", "served", "voided"])
    with pytest.raises(Conflict, match="still open"):
        require_closable(["settled", "open"], ["served"])
    with pytest.raises(Conflict, match="not been sent"):
        require_closable(["settled"], ["served", "held"])


def test_an_order_with_money_on_it_is_not_cancelled() -> None:
    require_cancellable(0)
    with pytest.raises(Conflict, match="reverse it first"):
        require_cancellable(1)


def test_closing_serves_what_the_kitchen_has() -> None:
    states = ["new", "held", "fired", "preparing", "ready", "served", "voided"]

    assert [s for s in states if is_served_by_closing(s)] == ["fired", "preparing", "ready"]
