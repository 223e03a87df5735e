"""What a gateway's answers do to a payment, in any order and any number."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.payments.domain.gateway import (
    Answer,
    Outcome,
    apply_answer,
    needs_person,
    next_ask,
)
from app.payments.domain.states import GIVEN_UP, PAYMENT, PaymentState

SINCE = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "answer", "outcome", "path"),
    [
        ("sending", "captured", "applied", ["captured"]),
        ("sending", "declined", "applied", ["declined"]),
        ("sending", "no_answer", "applied", ["unknown"]),
        ("sending", "voided", "applied", ["authorised", "voided"]),
        ("sending", "expired", "applied", ["authorised", "expired"]),
        ("unknown", "voided", "applied", ["voided"]),
        ("unknown", "expired", "applied", ["authorised", "expired"]),
        ("unknown", "captured", "applied", ["captured"]),
        ("unknown", "cancelled", "applied", ["cancelled"]),
        ("unknown", "no_answer", "ignored", []),
        ("authorised", "captured", "applied", ["capturing", "captured"]),
        ("authorised", "expired", "applied", ["expired"]),
        ("authorised", "declined", "ignored", []),
        ("capturing", "no_answer", "ignored", []),
        ("capturing", "authorised", "applied", ["authorised"]),
        ("capturing", "voided", "applied", ["authorised", "voided"]),
        ("capturing", "declined", "ignored", []),
        ("captured", "captured", "double", []),
        ("captured", "declined", "ignored", []),
        ("captured", "authorised", "ignored", []),
        ("declined", "declined", "double", []),
        ("declined", "captured", "late", ["captured"]),
        ("cancelled", "captured", "late", ["captured"]),
        ("voided", "captured", "late", ["captured"]),
        ("expired", "captured", "late", ["captured"]),
        ("cancelled", "authorised", "late", []),
        ("cancelled", "declined", "ignored", []),
        ("created", "captured", "ignored", []),
        ("created", "cancelled", "ignored", []),
    ],
)
def test_each_answer_has_a_named_outcome(
    state: str, answer: str, outcome: str, path: list[str]
) -> None:
    step = apply_answer(state, Answer(answer))

    assert step.outcome == outcome
    assert list(step.path) == path
    assert step.state == (path[-1] if path else state)


@given(st.lists(st.sampled_from(Answer), max_size=12))
def test_history_follows_the_edges_whatever_the_gateway_says(answers: list[Answer]) -> None:
    state = PaymentState.SENDING

    for answer in answers:
        step = apply_answer(state, answer)
        for passed in step.path:
            PAYMENT.require(state, passed)
            state = passed
        assert step.state is state


@given(st.sampled_from(PaymentState), st.sampled_from(Answer))
def test_the_same_answer_again_changes_nothing(state: PaymentState, answer: Answer) -> None:
    first = apply_answer(state, answer)

    again = apply_answer(first.state, answer)

    assert again.path == ()
    assert again.state is first.state


@given(st.lists(st.sampled_from(Answer), max_size=12))
def test_money_taken_is_never_forgotten(answers: list[Answer]) -> None:
    state = PaymentState.SENDING

    for answer in [*answers, Answer.CAPTURED]:
        state = apply_answer(state, answer).state

    assert state is PaymentState.CAPTURED


@pytest.mark.parametrize("state", sorted(GIVEN_UP))
def test_money_for_a_payment_given_up_is_late(state: str) -> None:
    assert apply_answer(state, Answer.CAPTURED).outcome is Outcome.LATE
    assert apply_answer(state, Answer.AUTHORISED).outcome is Outcome.LATE


def test_it_asks_at_5_15_and_60_seconds_then_every_5_minutes() -> None:
    asks = [(next_ask(SINCE, asked) - SINCE).total_seconds() for asked in range(6)]

    assert asks == [5, 15, 60, 360, 660, 960]


def test_after_an_hour_a_person_is_needed() -> None:
    assert not needs_person(SINCE, SINCE + timedelta(minutes=59, seconds=59))
    assert needs_person(SINCE, SINCE + timedelta(hours=1))
