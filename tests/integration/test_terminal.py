"""Charges on the simulated terminal: a real process over a real socket."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.payments.gateway import (
    ChargeResult,
    GatewayRefused,
    GatewayTimeout,
    GatewayUnknown,
)
from tests.terminal_process import TerminalProcess, eventually

BODY = b'{"reference": "pay-1", "amount_minor": 100, "currency": "EUR"}'
RAW_CHARGE = (
    b"POST /charges HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[TerminalProcess]:
    with TerminalProcess(tmp_path / "terminal") as process:
        yield process


def states(terminal: TerminalProcess, prefix: str = "") -> list[tuple[str, str]]:
    return [(c.reference, c.state) for c in terminal.gateway().charges(prefix)]


def test_a_charge_is_captured_and_can_be_found(terminal: TerminalProcess) -> None:
    gateway = terminal.gateway()

    charge = gateway.charge("pay-1", 1240, "EUR")

    assert (charge.state, charge.amount_minor, charge.currency) == ("captured", 1240, "EUR")
    assert charge.brand in ("visa", "mastercard", "amex")
    assert len(charge.last4) == 4
    assert charge.last4.isdigit()
    assert gateway.find("pay-1") == charge
    assert gateway.charges() == [charge]
    assert gateway.find("pay-2") is None


def test_references_with_odd_characters_are_found_again(terminal: TerminalProcess) -> None:
    gateway = terminal.gateway()

    charge = gateway.charge("a/b c?d=é&%2F", 100, "EUR")

    assert gateway.find("a/b c?d=é&%2F") == charge
    assert gateway.charges(prefix="a/b c?") == [charge]


def test_a_declined_card_stays_declined_for_its_reference(terminal: TerminalProcess) -> None:
    terminal.behave("decline", count=1)

    first = terminal.gateway().charge("pay-1", 100, "EUR")
    again = terminal.gateway().charge("pay-1", 100, "EUR")
    other = terminal.gateway().charge("pay-2", 100, "EUR")

    assert (first.state, first.reason) == ("declined", "insufficient_funds")
    assert again == first
    assert other.state == "captured"


@pytest.mark.parametrize(("mode", "state"), [("approve", "captured"), ("decline", "declined")])
def test_ten_equal_requests_at_once_are_one_charge(
    terminal: TerminalProcess, mode: str, state: str
) -> None:
    terminal.behave(mode, count=1)
    barrier = threading.Barrier(10)

    def charge(_: int) -> ChargeResult:
        barrier.wait()
        return terminal.gateway().charge("pay-1", 100, "EUR")

    with ThreadPoolExecutor(10) as pool:
        results = set(pool.map(charge, range(10)))

    assert [result.state for result in results] == [state]
    assert len(terminal.ledger.read_text().splitlines()) == 1


def test_another_amount_under_the_same_reference_is_refused(terminal: TerminalProcess) -> None:
    terminal.gateway().charge("pay-1", 100, "EUR")

    other_amount = {"reference": "pay-1", "amount_minor": 101, "currency": "EUR"}
    other_currency = {"reference": "pay-1", "amount_minor": 100, "currency": "USD"}

    for body in (other_amount, other_currency):
        status, answer = terminal.call("POST", "/charges", body)
        assert (status, answer["error"]) == (422, "reference_reused")
    with pytest.raises(GatewayUnknown):
        terminal.gateway().charge("pay-1", 101, "EUR")


def test_a_slow_charge_is_answered_in_the_end(terminal: TerminalProcess) -> None:
    terminal.behave("slow", count=1, seconds=0.3)

    assert terminal.gateway().charge("pay-1", 100, "EUR").state == "captured"


def test_a_client_that_gives_up_finds_the_late_charge(terminal: TerminalProcess) -> None:
    terminal.behave("hang", count=1, seconds=1.5)

    with pytest.raises(GatewayTimeout):
        terminal.gateway(read_timeout=0.1).charge("pay-1", 100, "EUR")

    assert terminal.gateway().find("pay-1") is None
    eventually(lambda: terminal.gateway().find("pay-1"))
    assert states(terminal) == [("pay-1", "captured")]


def test_others_are_served_while_one_charge_hangs(terminal: TerminalProcess) -> None:
    terminal.behave("hang", count=1)

    with pytest.raises(GatewayTimeout):
        terminal.gateway(read_timeout=0.1).charge("pay-1", 100, "EUR")

    assert terminal.gateway().charge("pay-2", 100, "EUR").state == "captured"


def test_a_cancelled_reference_beats_the_charge_that_comes_late(terminal: TerminalProcess) -> None:
    gateway = terminal.gateway()
    terminal.behave("hang", count=1, seconds=2, prefix="late-")

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(gateway.charge, "late-1", 100, "EUR")
        eventually(lambda: terminal.call("GET", "/behaviour")[1]["behaviours"] == [])
        cancelled = gateway.cancel("late-1")

    assert (cancelled.state, cancelled.amount_minor, cancelled.last4) == ("cancelled", 0, "")
    assert late.result() == cancelled
    assert gateway.charge("late-1", 100, "EUR") == cancelled
    assert gateway.cancel("late-1") == cancelled
    status, answer = terminal.call(
        "POST", "/charges", {"reference": "late-1", "amount_minor": 100, "currency": "EUR"}
    )
    assert (status, answer["error"]) == (409, "cancelled")


def test_two_answers_to_one_charge_leave_the_next_call_in_step(terminal: TerminalProcess) -> None:
    terminal.behave("twice", count=1)

    first = terminal.gateway().charge("pay-1", 100, "EUR")
    second = terminal.gateway().charge("pay-2", 200, "EUR")

    assert (first.reference, second.reference) == ("pay-1", "pay-2")
    assert states(terminal) == [("pay-1", "captured"), ("pay-2", "captured")]


def test_twice_really_sends_two_answers(terminal: TerminalProcess) -> None:
    terminal.behave("twice", count=1)

    with socket.create_connection(("127.0.0.1", terminal.port), timeout=10) as client:
        client.sendall(RAW_CHARGE)
        received = b"".join(iter(lambda: client.recv(65536), b""))

    assert received.count(b"HTTP/1.1 200") == 2
    assert states(terminal) == [("pay-1", "captured")]


@pytest.mark.parametrize("mode", ["drop_after_charge", "error_after_charge"])
def test_a_charge_without_an_answer_is_unknown_and_can_be_found(
    terminal: TerminalProcess, mode: str
) -> None:
    gateway = terminal.gateway()
    terminal.behave(mode, count=1)

    with pytest.raises(GatewayUnknown):
        gateway.charge("pay-1", 100, "EUR")

    found = gateway.find("pay-1")
    assert found is not None
    assert found.state == "captured"
    assert gateway.charge("pay-1", 100, "EUR") == found
    assert gateway.charges() == [found]


def test_a_dropped_connection_is_a_reset(terminal: TerminalProcess) -> None:
    terminal.behave("drop_after_charge", count=1)

    with socket.create_connection(("127.0.0.1", terminal.port), timeout=10) as client:
        client.sendall(RAW_CHARGE)
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_a_repeat_of_a_hanging_charge_hangs_as_well(terminal: TerminalProcess) -> None:
    terminal.behave("hang", count=1, seconds=2)

    for _ in range(2):
        with pytest.raises(GatewayTimeout):
            terminal.gateway(read_timeout=0.1).charge("pay-1", 100, "EUR")

    eventually(lambda: terminal.gateway().find("pay-1"))
    assert states(terminal) == [("pay-1", "captured")]


def test_the_longest_prefix_decides_and_other_references_are_untouched(
    terminal: TerminalProcess,
) -> None:
    gateway = terminal.gateway()
    terminal.behave("decline", prefix="a-")
    terminal.behave("approve", count=1, prefix="a-b-")

    order = ["a-1", "a-b-1", "a-b-2", "c-1"]
    outcomes = [gateway.charge(reference, 100, "EUR").state for reference in order]

    assert outcomes == ["declined", "captured", "declined", "captured"]


def test_cancelling_a_captured_charge_voids_it_only_when_told_to(
    terminal: TerminalProcess,
) -> None:
    gateway = terminal.gateway()
    gateway.charge("pay-1", 100, "EUR")

    assert gateway.cancel("pay-1").state == "captured"
    assert terminal.call("POST", "/charges/pay-1/cancel", {})[0] == 409
    assert gateway.cancel("pay-1", void_captured=True).state == "voided"
    assert gateway.cancel("pay-1", void_captured=True).state == "voided"
    assert gateway.charge("pay-1", 100, "EUR").state == "voided"


def test_a_terminal_that_is_not_there_certainly_charged_nothing(terminal: TerminalProcess) -> None:
    terminal.kill()

    with pytest.raises(GatewayRefused):
        terminal.gateway().charge("pay-1", 100, "EUR")
