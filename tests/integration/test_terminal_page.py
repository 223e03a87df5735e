"""The terminal's page for a person who tries the product."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal_process import TerminalProcess

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[TerminalProcess]:
    with TerminalProcess(tmp_path) as process:
        yield process


def test_the_page_shows_the_ledger_escaped(terminal: TerminalProcess) -> None:
    terminal.gateway().charge("<b>table 4</b>", 1240, "EUR")

    status, _, page = terminal.send("GET", "/", None, {})

    assert status == 200
    assert "&lt;b&gt;table 4&lt;/b&gt;" in page
    assert "<b>table 4" not in page
    assert "12.40 EUR" in page


def test_the_form_makes_the_next_charge_decline(terminal: TerminalProcess) -> None:
    body = "mode=decline&count=1&seconds=&prefix="

    status, location, _ = terminal.send("POST", "/behaviour", body, FORM)

    assert (status, location) == (303, "/")
    assert "Decline: the next payment<" in terminal.send("GET", "/", None, {})[2]
    assert terminal.gateway().charge("pay-1", 100, "EUR").state == "declined"


def test_the_form_says_what_is_wrong_with_it(terminal: TerminalProcess) -> None:
    status, _, page = terminal.send("POST", "/behaviour", "mode=decline&count=two", FORM)

    assert status == 422
    assert "count must be a whole number above 0" in page


def test_a_form_on_another_site_is_refused(terminal: TerminalProcess) -> None:
    foreign = FORM | {"Origin": "http://elsewhere.example"}

    status, _, _ = terminal.send("POST", "/behaviour", "mode=decline", foreign)

    assert status == 403
    assert terminal.gateway().charge("pay-1", 100, "EUR").state == "captured"
