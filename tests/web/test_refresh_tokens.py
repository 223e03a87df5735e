"""Refresh tokens: each is used once, and one that comes back ends its family."""

from datetime import timedelta

import pytest
from flask import Flask
from psycopg import Connection

from app.core import clock
from app.identity.permissions import MENU_86, ORDER_CREATE
from app.identity.tokens.domain import GRANT_LASTS, REFRESH_LASTS, RETRY_WITHIN
from tests.support.programs import (
    Program,
    a_pair,
    access_token_of,
    entries,
    is_refused,
    refresh_token_of,
)
from tests.support.restaurants import Person, Restaurant
from tests.support.together import together

UNKNOWN = "01a21254-62e4-7fff-8fff-a1fb0854469a"
LONG_AFTER = RETRY_WITHIN + timedelta(seconds=1)


@pytest.fixture
def alice(bistro: Restaurant) -> Person:
    return bistro.people["alice"]


def test_a_refresh_token_gives_the_next_pair(
    program: Program, bistro: Restaurant, alice: Person
) -> None:
    token = a_pair(bistro, alice).refresh_token or ""

    for _ in range(3):
        answer = program.refresh(token)
        assert program.order(access_token_of(answer)).status_code == 201
        assert refresh_token_of(answer) != token
        token = refresh_token_of(answer)


def test_a_spent_token_that_comes_back_ends_the_family(
    program: Program, bistro: Restaurant, alice: Person
) -> None:
    """A thief and the owner both held it: neither goes on, and the owner is told."""
    stolen = a_pair(bistro, alice).refresh_token or ""
    answer = program.refresh(stolen)

    with clock.use(clock.now() + LONG_AFTER):
        assert is_refused(program.refresh(stolen), "invalid_grant")
        assert is_refused(program.refresh(refresh_token_of(answer)), "invalid_grant")
        assert program.order(access_token_of(answer)).status_code == 401
    (entry,) = entries(bistro, "security.token_reused")
    assert entry.actor_id == alice.member_id


def test_a_client_whose_answer_was_lost_asks_again(
    program: Program, bistro: Restaurant, alice: Person
) -> None:
    token = a_pair(bistro, alice).refresh_token or ""
    lost = program.refresh(token)

    again = program.refresh(token)

    assert program.order(access_token_of(again)).status_code == 201
    assert program.refresh(refresh_token_of(again)).status_code == 200
    assert entries(bistro, "security.token_reused") == []
    # What was lost is void: whoever found it gives himself away.
    assert is_refused(program.refresh(refresh_token_of(lost)), "invalid_grant")
    assert len(entries(bistro, "security.token_reused")) == 1


def test_nobody_asks_again_once_the_answer_was_used(
    program: Program, bistro: Restaurant, alice: Person
) -> None:
    token = a_pair(bistro, alice).refresh_token or ""
    answer = program.refresh(token)
    used = program.refresh(refresh_token_of(answer))

    assert is_refused(program.refresh(token), "invalid_grant")
    assert is_refused(program.refresh(refresh_token_of(used)), "invalid_grant")


def test_of_many_who_turn_one_token_at_once_one_family_is_left(
    program: Program, bistro: Restaurant, alice: Person, owner_connection: Connection
) -> None:
    pair = a_pair(bistro, alice)

    answers = together(lambda _index: program.refresh(pair.refresh_token or "").status_code, 6)

    live = owner_connection.execute(
        "SELECT count(*) FROM refresh_token WHERE grant_id = %s AND spent_at IS NULL",
        [pair.grant_id],
    ).fetchone()
    assert set(answers) == {200}
    assert live == (1,)


def test_a_refresh_token_runs_out(program: Program, bistro: Restaurant, alice: Person) -> None:
    token = a_pair(bistro, alice).refresh_token or ""

    with clock.use(clock.now() + REFRESH_LASTS + timedelta(seconds=1)):
        assert is_refused(program.refresh(token), "invalid_grant")


def test_a_family_ends_however_often_it_is_turned(
    program: Program, bistro: Restaurant, alice: Person
) -> None:
    token, start = a_pair(bistro, alice).refresh_token or "", clock.now()

    for days in range(25, GRANT_LASTS.days, 25):
        with clock.use(start + timedelta(days=days)):
            token = refresh_token_of(program.refresh(token))

    with clock.use(start + GRANT_LASTS + timedelta(seconds=1)):
        assert is_refused(program.refresh(token), "invalid_grant")


def test_a_refresh_cannot_widen_what_was_granted(
    program: Program, bistro: Restaurant, alice: Person
) -> None:
    token = a_pair(bistro, alice).refresh_token or ""

    assert is_refused(program.refresh(token, scope=f"{ORDER_CREATE} {MENU_86}"), "invalid_scope")
    assert program.refresh(token).status_code == 200  # the wrong question did not spend it


def test_another_restaurants_refresh_token_is_unknown_here(
    app: Flask, bistro: Restaurant, diner: Restaurant, alice: Person
) -> None:
    token = a_pair(bistro, alice).refresh_token or ""

    assert is_refused(Program(app, diner).refresh(token), "invalid_grant")
    assert Program(app, bistro).refresh(token).status_code == 200


def test_a_program_gives_back_what_it_has(
    program: Program, bistro: Restaurant, alice: Person
) -> None:
    pair = a_pair(bistro, alice)
    other = a_pair(bistro, alice)

    answer = program.give_back(pair.refresh_token or "")

    assert (answer.status_code, answer.get_data()) == (200, b"")
    assert program.order(pair.access_token).status_code == 401
    assert program.refresh(pair.refresh_token or "").status_code == 400
    assert program.order(other.access_token).status_code == 201


def test_what_is_no_token_is_given_back_with_the_same_answer(
    program: Program, bistro: Restaurant, diner: Restaurant, alice: Person
) -> None:
    foreign = a_pair(diner, diner.people["charlie"])
    spent = a_pair(bistro, alice).refresh_token or ""
    program.give_back(spent)

    answers = [
        program.give_back(token) for token in ("nbr_nothing", foreign.refresh_token or "", spent)
    ]

    assert [(one.status_code, one.get_data()) for one in answers] == [(200, b"")] * 3
    assert Program(program.app, diner).order(foreign.access_token).status_code == 201


def test_an_access_token_cannot_be_given_back(
    program: Program, bistro: Restaurant, alice: Person
) -> None:
    pair = a_pair(bistro, alice)

    answer = program.give_back(pair.access_token)

    assert (answer.status_code, answer.get_json()["error"]) == (400, "unsupported_token_type")
    assert program.order(pair.access_token).status_code == 201
