"""Which host names can be asked for, and what a look-up proves."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.errors import Invalid
from app.settings.domains.rules import (
    KEPT_WITHOUT,
    Found,
    State,
    check_host,
    is_given_up,
    look_at,
    record_name,
    record_value,
    state_of,
)

BASE = "nibblix.example"
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("menu.trattoria.example", "menu.trattoria.example"),
        (" Trattoria.EXAMPLE. ", "trattoria.example"),
        ("https://menu.trattoria.example/today?x=1", "menu.trattoria.example"),
        ("Müller.example", "xn--mller-kva.example"),
        ("xn--mller-kva.example", "xn--mller-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("ｔrattoria．example", "trattoria.example"),
        ("レストラン.example", "xn--zck4a8fj2b.example"),
        ("notnibblix.example", "notnibblix.example"),
        ("a.co.uk", "a.co.uk"),
    ],
)
def test_a_domain_is_written_in_one_way(typed: str, host: str) -> None:
    assert check_host(typed, BASE) == host
    assert check_host(host, BASE) == host


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        ".",
        "example",
        "com",
        "co.uk",
        "com.au",
        "nibblix.example",
        "diner.nibblix.example",
        "a.b.NIBBLIX.example",
        "localhost",
        "printer.local",
        "1.0.0.127.in-addr.arpa",
        "127.0.0.1",
        "[::1]",
        "::1",
        "2130706433",
        "0x7f.1",
        "10.0.0.1.",
        "trattoria.example:8080",
        "user@trattoria.example",
        "*.trattoria.example",
        "a..example",
        "-a.example",
        "a-.example",
        "a_b.example",
        "a b.example",
        "a\x00b.example",
        "a\r\nb.example",
        "<script>.example",
        "{{7*7}}.example",
        "x" * 64 + ".example",
        ".".join(["x" * 60] * 5) + ".example",
        "ab\u202ecd.example",
        "http://",
        "trattoria.example\\@thief.example",
    ],
)
def test_what_is_nobodys_website_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_host(typed, BASE)

    assert refused.value.fields["host"][0].endswith(".")


def test_the_record_proves_and_others_do_not_disturb() -> None:
    right = record_value("abc")

    assert record_name("trattoria.example") == "_nibblix.trattoria.example"
    assert look_at([right], "abc") is Found.RIGHT
    assert look_at(["v=spf1 -all", f" {right} "], "abc") is Found.RIGHT
    assert look_at([record_value("xyz"), right], "abc") is Found.RIGHT


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ([], Found.NO_RECORD),
        (["v=spf1 -all"], Found.NO_RECORD),
        (["abc"], Found.NO_RECORD),
        ([record_value("xyz")], Found.OTHER_RECORD),
        ([record_value("ab")], Found.OTHER_RECORD),
        ([record_value("abcd")], Found.OTHER_RECORD),
        ([record_value("")], Found.OTHER_RECORD),
        ([record_value("ABC")], Found.OTHER_RECORD),
    ],
)
def test_another_record_proves_nothing(texts: list[str], found: Found) -> None:
    assert look_at(texts, "abc") is found


def test_a_host_is_kept_for_a_week_without_its_record() -> None:
    assert not is_given_up(NOON, NOON + KEPT_WITHOUT - timedelta(seconds=1))
    assert is_given_up(NOON, NOON + KEPT_WITHOUT)


@pytest.mark.parametrize(
    ("verified_at", "missing_since", "problem", "state"),
    [
        (None, None, None, State.WAITING),
        (None, None, "no_record", State.FAILED),
        (NOON, None, None, State.VERIFIED),
        (NOON, None, "no_answer", State.VERIFIED),
        (NOON, NOON, "no_record", State.MISSING),
    ],
)
def test_the_state_follows_from_what_is_known(
    verified_at: datetime | None, missing_since: datetime | None, problem: str | None, state: State
) -> None:
    assert state_of(verified_at, missing_since, problem) is state
