"""The resolver asks a real name server, over a real socket."""

import time
from collections.abc import Iterator

import pytest

from app.settings.domains.dns import DnsResolver, NotAnswered
from tests.support.dns_server import NameServer, name_server

NAME = "_nibblix.menu.example"


@pytest.fixture
def server() -> Iterator[NameServer]:
    with name_server() as running:
        yield running


def test_every_record_of_a_name_is_read(server: NameServer) -> None:
    server.texts[NAME] = ["v=spf1 -all", "nibblix-verification=abc"]

    assert sorted(server.resolver().texts(NAME)) == ["nibblix-verification=abc", "v=spf1 -all"]
    assert server.asked == [NAME]


def test_an_answer_in_several_strings_is_one_text(server: NameServer) -> None:
    server.texts[NAME] = ["nibblix-|verification=|abc"]

    assert server.resolver().texts(NAME) == ["nibblix-verification=abc"]


def test_no_name_and_no_record_are_no_texts(server: NameServer) -> None:
    server.texts["there.example"] = []

    assert server.resolver().texts("nowhere.example") == []
    assert server.resolver().texts("there.example") == []


def test_a_server_that_fails_has_not_answered(server: NameServer) -> None:
    server.failing.add(NAME)

    with pytest.raises(NotAnswered):
        server.resolver().texts(NAME)


def test_a_silent_server_is_given_up_in_time(server: NameServer) -> None:
    server.is_silent = True

    with pytest.raises(NotAnswered):
        server.resolver(timeout_s=0.5).texts(NAME)
    assert server.asked


def test_a_silent_server_is_asked_twice_and_keeps_a_worker_two_seconds_at_most(
    server: NameServer,
) -> None:
    server.is_silent = True
    began = time.monotonic()

    with pytest.raises(NotAnswered):
        DnsResolver(servers=("127.0.0.1",), port=server.port).texts(NAME)

    assert time.monotonic() - began < 2.5
    assert server.asked == [NAME] * 2


def test_nobody_there_is_no_answer() -> None:
    with pytest.raises(NotAnswered):
        DnsResolver(servers=("127.0.0.1",), port=1, timeout_s=0.5).texts(NAME)
