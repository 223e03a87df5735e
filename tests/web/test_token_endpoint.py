"""The token endpoint: a machine's secret for an access token, refusals by RFC 6749."""

import base64
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.core import clock
from app.core.settings import PROJECT
from app.identity.permissions import KITCHEN_VIEW, MENU_86, ORDER_CREATE
from app.identity.tokens import commands
from tests.support.programs import (
    Program,
    a_key,
    access_token_of,
    entries,
    is_refused,
)
from tests.support.restaurants import Person, Restaurant

UNKNOWN = "01a21254-62e4-7fff-8fff-a1fb0854469a"


@pytest.fixture
def alice(bistro: Restaurant) -> Person:
    return bistro.people["alice"]


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

    assert [entry.subject_id for entry in entries(bistro, "session.refused")] == [key.client_id]


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
        ({"grant_type": "refresh_token", "refresh_token": "nbr_é"}, "invalid_request"),
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
    [
        b"[]",
        b"7",
        b"{",
        b'{"grant_type": 7}',
        b'{"grant_type": "refresh_token", "refresh_token": "\\ud800"}',
        b"[" * 100_000,
    ],
    ids=["list", "number", "torn", "wrong type", "half a character", "deep"],
)
def test_json_that_is_no_request_is_refused(app: Flask, bistro: Restaurant, body: bytes) -> None:
    address = f"/t/{bistro.tenant.slug}/api/token"

    answer = app.test_client().post(address, data=body, content_type="application/json")

    assert is_refused(answer, "invalid_request")


def test_the_order_of_the_manual_is_taken(
    app: Flask, program: Program, bistro: Restaurant, alice: Person
) -> None:
    """docs/api.md: its JSON, with an item of this menu."""
    manual = (PROJECT / "docs" / "api.md").read_text(encoding="utf-8")
    (example,) = [text for text in re.findall(r"```json\n(.*?)```", manual, re.DOTALL)
                  if "order_id" in text]  # fmt: skip
    body = json.loads(example)
    body["lines"][0]["variant_id"] = str(bistro.variants["Espresso"])
    token = access_token_of(program.prove(a_key(bistro, alice)))
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "of the manual"}

    answer = app.test_client().post(f"{bistro.url}/api/orders", json=body, headers=headers)

    assert answer.status_code == 201
    assert {"order_id", "bill_id"} <= set(answer.get_json())
