"""Requests that the terminal does not take."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.terminal_process import TerminalProcess


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[TerminalProcess]:
    with TerminalProcess(tmp_path / "terminal") as process:
        yield process


CHARGE = {"reference": "pay-1", "amount_minor": 100, "currency": "EUR"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/charges", CHARGE | {"amount_minor": 0}),
        ("/charges", CHARGE | {"amount_minor": -1}),
        ("/charges", CHARGE | {"amount_minor": 1.5}),
        ("/charges", CHARGE | {"amount_minor": True}),
        ("/charges", CHARGE | {"currency": "eur"}),
        ("/charges", CHARGE | {"reference": ""}),
        ("/charges", CHARGE | {"reference": "x" * 101}),
        ("/charges", CHARGE | {"reference": "\ud800"}),
        ("/charges", {}),
        ("/charges", [CHARGE]),
        ("/refunds", {"reference": "r", "amount_minor": 1}),
        ("/behaviour", {"mode": "explode"}),
        ("/behaviour", {"mode": "decline", "count": 0}),
        ("/behaviour", {"mode": "hang", "seconds": -1}),
        ("/behaviour", {"mode": "hang", "on": "cancel"}),
        ("/behaviour", {"mode": [], "prefix": 1}),
    ],
)
def test_a_malformed_request_is_refused_and_does_nothing(
    terminal: TerminalProcess, path: str, body: Any
) -> None:
    status, _ = terminal.call("POST", path, body)

    assert status == 400
    assert terminal.gateway().charges() == []


def test_requests_that_are_not_declared_as_json_are_refused(terminal: TerminalProcess) -> None:
    status, _, text = terminal.send("POST", "/charges", "{}", {"Content-Type": "text/plain"})

    assert status == 400
    assert "Content-Type" in text


def test_bodies_that_are_no_json_or_too_long_are_refused(terminal: TerminalProcess) -> None:
    json = {"Content-Type": "application/json"}

    assert terminal.send("POST", "/charges", "{", json)[0] == 400
    assert terminal.send("POST", "/charges", b"\xff", json)[0] == 400
    assert terminal.send("POST", "/charges", "{}", json | {"Content-Length": "65537"})[0] == 400
    assert terminal.call("GET", "/nowhere")[0] == 404
