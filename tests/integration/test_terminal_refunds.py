"""Refunds on the simulated terminal."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.payments.gateway import (
    GatewayUnknown,
)
from tests.terminal_process import TerminalProcess


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[TerminalProcess]:
    with TerminalProcess(tmp_path / "terminal") as process:
        yield process


def test_refunds_are_made_once_and_never_exceed_the_charge(terminal: TerminalProcess) -> None:
    gateway = terminal.gateway()
    gateway.charge("pay-1", 100, "EUR")

    first = gateway.refund("ref-1", "pay-1", 60)
    again = gateway.refund("ref-1", "pay-1", 60)
    too_much = gateway.refund("ref-2", "pay-1", 41)
    rest = gateway.refund("ref-3", "pay-1", 40)

    assert first.state == "done"
    assert again == first
    assert rest.state == "done"
    assert (too_much.state, too_much.reason) == ("failed", "over_charge")
    assert gateway.find_refund("ref-1") == first
    assert gateway.find_refund("ref-2") is None
    charge = gateway.find("pay-1")
    assert charge is not None
    assert charge.refunded_minor == 100


def test_parallel_refunds_never_exceed_the_charge(terminal: TerminalProcess) -> None:
    gateway = terminal.gateway()
    gateway.charge("pay-1", 100, "EUR")

    with ThreadPoolExecutor(8) as pool:
        refunds = list(pool.map(lambda n: gateway.refund(f"r-{n}", "pay-1", 30), range(8)))

    assert [refund.state for refund in refunds].count("done") == 3


def test_refunds_need_a_captured_charge(terminal: TerminalProcess) -> None:
    gateway = terminal.gateway()
    terminal.behave("decline", prefix="declined")
    gateway.charge("declined", 100, "EUR")
    gateway.charge("refunded", 100, "EUR")
    gateway.refund("ref-1", "refunded", 1)

    assert gateway.refund("ref-2", "nobody", 1).reason == "charge_unknown"
    assert gateway.refund("ref-3", "declined", 1).reason == "not_captured"
    assert gateway.cancel("refunded", void_captured=True).state == "captured"
    with pytest.raises(GatewayUnknown):
        gateway.refund("ref-1", "refunded", 2)


def test_a_refund_without_an_answer_is_unknown_and_can_be_found(terminal: TerminalProcess) -> None:
    gateway = terminal.gateway()
    gateway.charge("pay-1", 100, "EUR")
    terminal.behave("drop_after_charge", count=1, on="refund")

    with pytest.raises(GatewayUnknown):
        gateway.refund("ref-1", "pay-1", 60)

    found = gateway.find_refund("ref-1")
    assert found is not None
    assert gateway.refund("ref-1", "pay-1", 60) == found
    assert gateway.refund("ref-2", "pay-1", 41).reason == "over_charge"


def test_a_refund_can_be_declined(terminal: TerminalProcess) -> None:
    gateway = terminal.gateway()
    terminal.behave("decline", count=1, on="refund")
    charge = gateway.charge("pay-1", 100, "EUR")

    refund = gateway.refund("ref-1", "pay-1", 60)

    assert (refund.state, refund.reason) == ("failed", "refund_declined")
    assert gateway.find("pay-1") == charge
