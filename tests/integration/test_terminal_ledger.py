"""The terminal's ledger through kills, full disks and damage."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.payments.gateway import (
    ChargeResult,
    GatewayError,
    GatewayUnknown,
)
from tests.terminal_process import TerminalProcess, eventually


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[TerminalProcess]:
    with TerminalProcess(tmp_path / "terminal") as process:
        yield process


def states(terminal: TerminalProcess, prefix: str = "") -> list[tuple[str, str]]:
    return [(c.reference, c.state) for c in terminal.gateway().charges(prefix)]


def test_a_ledger_that_cannot_be_written_answers_nothing_that_is_not_in_it(
    terminal: TerminalProcess,
) -> None:
    gateway = terminal.gateway()
    answered = [gateway.charge("pay-1", 100, "EUR")]
    terminal.limit_file_size(terminal.ledger.stat().st_size + 50)

    with pytest.raises(GatewayUnknown):
        gateway.charge("pay-2", 100, "EUR")

    assert gateway.charges() == answered
    terminal.limit_file_size()
    answered.append(gateway.charge("pay-3", 100, "EUR"))
    terminal.kill()
    terminal.start()
    assert terminal.gateway().charges() == answered


def test_a_killed_terminal_forgets_nothing_that_it_answered(terminal: TerminalProcess) -> None:
    gateway = terminal.gateway()
    terminal.behave("decline", prefix="declined")
    for reference in ("captured", "declined", "voided"):
        gateway.charge(reference, 100, "EUR")
    gateway.cancel("voided", void_captured=True)
    gateway.cancel("fenced")
    gateway.refund("ref-1", "captured", 30)
    before = gateway.charges()

    terminal.kill()
    terminal.start()

    gateway = terminal.gateway()
    assert gateway.charges() == before
    assert gateway.find_refund("ref-1") is not None
    assert gateway.refund("ref-2", "captured", 71).reason == "over_charge"
    assert gateway.charge("fenced", 100, "EUR").state == "cancelled"


def test_a_terminal_killed_amid_charges_keeps_each_answered_one(terminal: TerminalProcess) -> None:
    gateway = terminal.gateway()
    answered: list[ChargeResult] = []

    def charge_until_it_dies(client: int) -> None:
        for number in range(10_000):
            try:
                answered.append(gateway.charge(f"{client}-{number}", 100, "EUR"))
            except GatewayError:
                return

    with ThreadPoolExecutor(4) as pool:
        clients = [pool.submit(charge_until_it_dies, client) for client in range(4)]
        eventually(lambda: len(answered) >= 40)
        terminal.kill()
    terminal.start()

    assert all(client.exception() is None for client in clients)
    assert set(answered) <= set(terminal.gateway().charges())


def test_a_torn_last_line_is_cut_off_and_the_ledger_goes_on(terminal: TerminalProcess) -> None:
    terminal.gateway().charge("pay-1", 100, "EUR")
    terminal.kill()
    with terminal.ledger.open("a") as ledger:
        ledger.write('{"kind": "charge", "reference": "pay-2", "st')

    terminal.start()
    terminal.gateway().charge("pay-3", 100, "EUR")
    terminal.kill()
    terminal.start()

    assert states(terminal) == [("pay-1", "captured"), ("pay-3", "captured")]


def test_a_damaged_ledger_stops_the_start_with_one_sentence(terminal: TerminalProcess) -> None:
    terminal.gateway().charge("pay-1", 100, "EUR")
    terminal.kill()
    terminal.ledger.write_text("nonsense\n" + terminal.ledger.read_text())

    process = terminal.spawn()
    _, errors = process.communicate(timeout=15)

    assert process.returncode == 1
    assert "line 1 of the terminal's ledger is damaged" in errors
    assert "Traceback" not in errors


def test_two_terminals_never_share_a_ledger(terminal: TerminalProcess) -> None:
    second = terminal.spawn()
    _, errors = second.communicate(timeout=15)

    assert second.returncode == 1
    assert "another terminal already uses" in errors


def test_sigterm_ends_it_and_gives_up_a_hanging_charge_uncharged(
    terminal: TerminalProcess,
) -> None:
    terminal.behave("hang", count=1)

    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(terminal.gateway().charge, "pay-1", 100, "EUR")
        eventually(lambda: terminal.call("GET", "/behaviour")[1]["behaviours"] == [])
        assert terminal.terminate() == 0

    assert isinstance(hanging.exception(), GatewayUnknown)
    terminal.start()
    assert terminal.gateway().find("pay-1") is None
