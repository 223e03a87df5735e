"""The token endpoint: secrets and refresh tokens for access tokens, refusals by RFC 6749."""

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from psycopg import Connection
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.core import clock
from app.core.db import end_reading, execute
from app.core.models import AuditEntry
from app.core.tenant import current_tenant_id
from app.identity.permissions import KITCHEN_VIEW, MENU_86, ORDER_CREATE
from app.identity.tokens import commands
from app.identity.tokens.domain import GRANT_LASTS, REFRESH_LASTS, RETRY_WITHIN
from tests.support.programs import (
    Program,
    a_key,
    a_pair,
    access_token_of,
    refresh_token_of,
    unpacked,
)
from tests.support.restaurants import Person, Restaurant
from tests.support.together import together

UNKNOWN = "01a21254-62e4-7fff-8fff-a1fb0854469a"
LONG_AFTER = RETRY_WITHIN + timedelta(seconds=1)


@pytest.fixture
def bistro(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    return new_restaurant()


@pytest.fixture
def program(app: Flask, bistro: Restaurant) -> Program:
    return Program(app, bistro)


@pytest.fixture
def alice(bistro: Restaurant) -> Person:
    return bistro.people["alice"]


def entries(restaurant: Restaurant, act: str) -> list[Any]:
    with restaurant.inside():
        found = execute(
            select(AuditEntry.subject_id, AuditEntry.actor_id, AuditEntry.after).where(
                AuditEntry.tenant_id == current_tenant_id(), AuditEntry.act == act
            )
        ).all()
        end_reading()
    return list(found)


def is_refused(answer: TestResponse, error: str, status: int = 400) -> bool:
    """Whether it is a refusal as RFC 6749, 5.2 writes it."""
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.get_json()["error_description"]
    return (answer.status_code, answer.get_json()["error"]) == (status, error)


def test_a_machine_proves_itself_by_its_secret(
    program: Program, bistro: Restaurant, alice: Person
) -> None:
    answer = program.prove(a_key(bistro, alice))

    said = answer.get_json()
    assert (said["token_type"], said["expires_in"], said["scope"]) == ("Bearer", 900, ORDER_CREATE)
    assert "refresh_token" not in said
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert program.order(said["access_token"]).status_code == 201


def test_parameters_may_be_json_and_the_client_may_stand_in_the_header(
    app: Flask, program: Program, bistro: Restaurant, alice: Person
) -> None:
    key = a_key(bistro, alice)
    address = f"/t/{bistro.tenant.slug}/api/token"
    body = {
        "grant_type": "client_credentials",
        "client_id": str(key.client_id),
        "client_secret": key.secret,
    }
    basic = base64.b64encode(f"{key.client_id}:{key.secret}".encode()).decode()

    as_json = app.test_client().post(address, json=body)
    in_header = app.test_client().post(
        address,
        data={"grant_type": "client_credentials"},
        headers={"Authorization": f"Basic {basic}"},
    )

    for answer in (as_json, in_header):
        assert program.order(access_token_of(answer)).status_code == 201


@pytest.mark.parametrize(
    ("client_id", "secret"),
    [
        (None, "wrong"),
        (None, ""),
        (UNKNOWN, None),
        ("not-an-id", None),
        ("", ""),
        (None, "nbk_é"),
    ],
)
def test_who_is_not_proven_is_told_so_in_one_way(
    program: Program, bistro: Restaurant, alice: Person, client_id: str | None, secret: str | None
) -> None:
    key = a_key(bistro, alice)

    answer = program.ask(
        grant_type="client_credentials",
        client_id=str(key.client_id) if client_id is None else client_id,
        client_secret=key.secret if secret is None else secret,
    )

    assert is_refused(answer, "invalid_client", 401)
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert answer.get_json()["error_description"] == "The client or its secret is wrong."


def test_a_wrong_secret_is_written_down(
    program: Program, bistro: Restaurant, alice: Person
) -> None:
    key = a_key(bistro, alice)

    program.ask(grant_type="client_credentials", client_id=str(key.client_id), client_secret="no")

    assert [entry.subject_id for entry in entries(bistro, "token.refused")] == [key.client_id]


def test_another_restaurants_key_is_unknown_here(
    app: Flask, bistro: Restaurant, diner: Restaurant, alice: Person
) -> None:
    key = a_key(bistro, alice)

    assert is_refused(Program(app, diner).prove(key), "invalid_client", 401)


def test_a_key_ends_when_its_time_has_come(
    program: Program, bistro: Restaurant, alice: Person
) -> None:
    key = a_key(bistro, alice, lasts=timedelta(minutes=5))
    answer = program.prove(key)

    assert 290 <= answer.get_json()["expires_in"] <= 300
    with clock.use(clock.now() + timedelta(minutes=5, seconds=1)):
        assert program.order(access_token_of(answer)).status_code == 401
        assert is_refused(program.prove(key), "invalid_client", 401)


def test_a_revoked_key_opens_nothing(program: Program, bistro: Restaurant, alice: Person) -> None:
    key = a_key(bistro, alice)
    token = access_token_of(program.prove(key))
    with bistro.inside():
        commands.revoke(alice.actor, key.client_id)

    assert is_refused(program.prove(key), "invalid_client", 401)
    assert program.order(token).status_code == 401


def test_fewer_scopes_can_be_asked_for_and_none_besides(
    program: Program, bistro: Restaurant, alice: Person
) -> None:
    key = a_key(bistro, alice, [ORDER_CREATE, MENU_86])

    narrow = program.prove(key, scope=MENU_86)

    assert narrow.get_json()["scope"] == MENU_86
    assert program.order(access_token_of(narrow)).status_code == 403
    for scope in (KITCHEN_VIEW, f"{MENU_86} {KITCHEN_VIEW}", "everything"):
        assert is_refused(program.prove(key, scope=scope), "invalid_scope")


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "x"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "nbr_made-up"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "a\0b"}, "invalid_request"),
        ({"grant_type": ["refresh_token", "refresh_token"]}, "invalid_request"),
    ],
)
def test_what_is_asked_wrongly_is_refused_by_the_standards_codes(
    app: Flask, bistro: Restaurant, parameters: dict[str, Any], error: str
) -> None:
    address = f"/t/{bistro.tenant.slug}/api/token"

    assert is_refused(app.test_client().post(address, data=parameters), error)


@pytest.mark.parametrize(
    "body",
    [b"[]", b"7", b"{", b'{"grant_type": 7}', b"[" * 100_000],
    ids=["list", "number", "torn", "wrong type", "deep"],
)
def test_json_that_is_no_request_is_refused(app: Flask, bistro: Restaurant, body: bytes) -> None:
    address = f"/t/{bistro.tenant.slug}/api/token"

    answer = app.test_client().post(address, data=body, content_type="application/json")

    assert is_refused(answer, "invalid_request")


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
    (entry,) = entries(bistro, "token.reuse")
    assert entry.after == {"member_id": str(alice.member_id), "revoked": True}


def test_a_client_whose_answer_was_lost_asks_again(
    program: Program, bistro: Restaurant, alice: Person
) -> None:
    token = a_pair(bistro, alice).refresh_token or ""
    lost = program.refresh(token)

    again = program.refresh(token)

    assert program.order(access_token_of(again)).status_code == 201
    assert program.refresh(refresh_token_of(again)).status_code == 200
    assert entries(bistro, "token.reuse") == []
    # What was lost is void: whoever found it gives himself away.
    assert is_refused(program.refresh(refresh_token_of(lost)), "invalid_grant")
    assert len(entries(bistro, "token.reuse")) == 1


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


def test_the_keys_that_prove_tokens_are_public(
    app: Flask, bistro: Restaurant, alice: Person
) -> None:
    kid = unpacked(a_pair(bistro, alice).access_token.split(".")[0])["kid"]

    by_path = app.test_client().get(f"/t/{bistro.tenant.slug}/.well-known/jwks.json")
    by_host = app.test_client().get(
        "/.well-known/jwks.json", base_url=f"http://{bistro.tenant.slug}.localhost"
    )

    (key,) = by_path.get_json()["keys"]
    assert (key["kid"], key["kty"], key["crv"], key["alg"]) == (kid, "OKP", "Ed25519", "EdDSA")
    assert set(key) == {"kid", "kty", "crv", "alg", "use", "x"}
    assert by_host.get_json() == by_path.get_json()
    assert app.test_client().get("/.well-known/jwks.json").status_code == 404


def test_a_rotation_publishes_both_keys_until_the_old_one_has_run_out(
    app: Flask, bistro: Restaurant, alice: Person
) -> None:
    address = f"/t/{bistro.tenant.slug}/.well-known/jwks.json"
    a_pair(bistro, alice)

    result = app.test_cli_runner().invoke(
        args=["rotate-signing-key", "--tenant", bistro.tenant.slug]
    )

    assert result.exit_code == 0, result.output
    assert len(app.test_client().get(address).get_json()["keys"]) == 2
    with clock.use(clock.now() + timedelta(minutes=17)):
        assert len(app.test_client().get(address).get_json()["keys"]) == 1


def test_a_rotation_for_nobody_says_so(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["rotate-signing-key", "--tenant", "nobody"])

    assert result.exit_code == 1
    assert "nobody" in result.output
