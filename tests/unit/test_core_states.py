"""Every state machine: its edges, and that no state is out of reach."""

import pytest

from app.core.errors import Conflict
from app.core.states import StateMachine
from app.floor.domain import VISIT, VisitState
from app.kitchen.domain import TICKET, TICKET_LINE, TicketLineState, TicketState
from app.ordering.domain.states import (
    BILL,
    LINE,
    ORDER,
    BillState,
    LineState,
    OrderState,
    permission_to_void,
    require_editable,
)
from app.payments.domain.states import (
    COUNTS_AS_PAID,
    GIVEN_UP,
    PAYMENT,
    REFUND,
    UNDER_WAY,
    PaymentState,
    RefundState,
)

MACHINES = [
    (LINE, LineState),
    (ORDER, OrderState),
    (BILL, BillState),
    (PAYMENT, PaymentState),
    (REFUND, RefundState),
    (TICKET, TicketState),
    (TICKET_LINE, TicketLineState),
    (VISIT, VisitState),
]


def reachable(machine: StateMachine) -> set[str]:
    """The states that a new thing can ever get to, the first one included."""
    found = {machine.initial}
    while more := {target for source, target in machine.edges if source in found} - found:
        found |= more
    return found


@pytest.mark.parametrize(
    ("machine", "states"), MACHINES, ids=lambda part: getattr(part, "name", "")
)
def test_its_states_are_the_named_ones_and_all_are_reachable(
    machine: StateMachine, states: type[LineState]
) -> None:
    assert machine.states == set(states)
    assert reachable(machine) == machine.states


@pytest.mark.parametrize("machine", [machine for machine, _ in MACHINES], ids=lambda m: m.name)
def test_no_state_follows_itself(machine: StateMachine) -> None:
    assert not any(source == target for source, target in machine.edges)


@pytest.mark.parametrize("machine", [machine for machine, _ in MACHINES], ids=lambda m: m.name)
def test_require_refuses_exactly_what_is_no_edge(machine: StateMachine) -> None:
    for source in machine.states:
        for target in machine.states:
            if (source, target) in machine.edges:
                machine.require(source, target)
                continue
            with pytest.raises(Conflict):
                machine.require(source, target)


@pytest.mark.parametrize(
    ("machine", "final"),
    [
        (LINE, {"voided"}),
        (ORDER, {"cancelled"}),
        (BILL, {"void"}),
        (PAYMENT, {"captured"}),
        (REFUND, {"done", "failed", "cancelled"}),
        (TICKET, set()),
        (TICKET_LINE, {"confirmed"}),
        (VISIT, {"done"}),
    ],
    ids=lambda part: getattr(part, "name", ""),
)
def test_it_ends_where_the_trade_says(machine: StateMachine, final: set[str]) -> None:
    assert machine.states - {source for source, _ in machine.edges} == final


def test_a_refusal_is_a_sentence_for_a_person() -> None:
    with pytest.raises(Conflict) as refusal:
        TICKET_LINE.require(TicketLineState.CONFIRMED, TicketLineState.OPEN)

    assert refusal.value.code == "ticket_line_state"
    assert refusal.value.sentence == "The ticket line is confirmed and cannot become open."


def test_every_line_can_be_voided_once() -> None:
    voidable = {source for source, target in LINE.edges if target == "voided"}

    assert voidable == LINE.states - {"voided"}


def test_only_lines_the_kitchen_does_not_have_are_edited() -> None:
    require_editable("new")
    require_editable(LineState.HELD)
    with pytest.raises(Conflict, match="void it instead"):
        require_editable("fired")


@pytest.mark.parametrize(
    ("state", "permission"),
    [
        ("new", None),
        ("held", None),
        ("fired", "order.void_fired"),
        ("ready", "order.void_fired"),
        ("served", "order.void_served"),
    ],
)
def test_voiding_takes_a_permission_once_fired(state: str, permission: str | None) -> None:
    assert permission_to_void(state) == permission


def test_payment_states_are_paid_under_way_given_up_or_not_begun() -> None:
    groups = [COUNTS_AS_PAID, UNDER_WAY, GIVEN_UP, frozenset({PaymentState.CREATED})]

    assert frozenset().union(*groups) == PAYMENT.states
    assert sum(len(group) for group in groups) == len(PAYMENT.states)
