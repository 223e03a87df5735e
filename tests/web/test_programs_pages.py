"""The pages of access by programs: secrets are shown once, and what gets in can be ended."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from psycopg import Connection
from sqlalchemy import select, update

from app.core.db import end_reading, execute, transaction
from app.core.ids import new_id
from app.core.models import AuditEntry
from app.core.tenant import current_tenant_id
from app.identity.models import Role
from app.identity.permissions import (
    API_MANAGE,
    ASKED,
    KITCHEN_VIEW,
    ORDER_COMP,
    ORDER_CREATE,
    PERMISSIONS,
    ROLES,
    TENANT_MANAGE,
)
from tests.support.programs import Program, a_key, a_pair, access_token_of, refresh_token_of
from tests.support.restaurants import Person, Restaurant
from tests.support.visitor import Visitor

TABLES = ("api_grant", "refresh_token", "signing_key", "audit_entry", "idempotency", "outbox")


@pytest.fixture
def alice(bistro: Restaurant, client_of: Callable[[Person], Visitor]) -> Visitor:
    return client_of(bistro.people["alice"])


def settings_of(restaurant: Restaurant) -> str:
    return f"/t/{restaurant.tenant.slug}/settings/api"


def account_of(restaurant: Restaurant) -> str:
    return f"/t/{restaurant.tenant.slug}/account/tokens"


def secrets_on(page: BeautifulSoup) -> list[str]:
    return [code.get_text() for code in page.select(".secret code")]


def make_key(visitor: Visitor, restaurant: Restaurant, **values: Any) -> BeautifulSoup:
    visitor.get(settings_of(restaurant))
    given = {"name": "Web shop", "scopes": [ORDER_CREATE, KITCHEN_VIEW], "days": "90"}
    return visitor.submit(visitor.form("/settings/api"), given | values)


def test_a_key_is_made_and_lets_a_machine_in(
    alice: Visitor, bistro: Restaurant, program: Program
) -> None:
    page = make_key(alice, bistro)

    client_id, secret = secrets_on(page)
    answer = program.ask(grant_type="client_credentials", client_id=client_id, client_secret=secret)
    assert program.order(access_token_of(answer)).status_code == 201
    shown = page.select_one("#grants")
    assert shown is not None
    assert "Web shop" in shown.get_text()
    assert PERMISSIONS[ORDER_CREATE].description in shown.get_text()
    assert secret[:12] in shown.get_text()
    assert "not used yet" in shown.get_text()


@pytest.mark.parametrize("of", [settings_of, account_of])
def test_what_no_act_needs_yet_is_offered_to_no_program(
    alice: Visitor, bistro: Restaurant, of: Callable[[Restaurant], str]
) -> None:
    page = alice.get(of(bistro))

    assert {str(box["value"]) for box in page.select("[name=scopes]")} == ASKED


@pytest.mark.parametrize(
    ("scopes", "told"),
    [([ORDER_COMP, ORDER_CREATE], "May take orders."), ([ORDER_COMP], "May do nothing yet.")],
)
def test_a_key_is_told_by_what_it_lets_do_today(
    alice: Visitor, bistro: Restaurant, scopes: list[str], told: str
) -> None:
    a_key(bistro, bistro.people["alice"], scopes)

    shown = alice.get(settings_of(bistro)).select_one("#grants > li")

    assert shown is not None
    assert told in shown.get_text()


def test_a_secret_is_shown_once(alice: Visitor, bistro: Restaurant) -> None:
    _client_id, secret = secrets_on(make_key(alice, bistro))

    page = alice.get(settings_of(bistro))

    assert alice.answer is not None
    assert secret not in alice.answer.get_data(as_text=True)
    assert secrets_on(page) == []


def test_the_same_gesture_makes_one_key_and_tells_its_secret_once(
    alice: Visitor, bistro: Restaurant
) -> None:
    gesture = str(new_id())

    first, second = (make_key(alice, bistro, idem=gesture) for _ in range(2))

    assert len(secrets_on(first)) == 2
    assert secrets_on(second) == []
    assert "shown once" in second.get_text()
    assert len(second.select("#grants > li")) == 1


def test_a_member_makes_tokens_of_his_own(
    alice: Visitor, bistro: Restaurant, program: Program
) -> None:
    alice.get(account_of(bistro))
    form = alice.form("/account/tokens")

    page = alice.submit(form, {"name": "A script", "scopes": [ORDER_CREATE]})

    access, refresh = secrets_on(page)
    assert program.order(access).status_code == 201
    turned = program.refresh(refresh)
    assert program.order(access_token_of(turned)).status_code == 201
    assert alice.answer is not None
    assert alice.answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        ("settings/api", {"name": " "}),
        ("settings/api", {"name": "x" * 81}),
        ("settings/api", {"scopes": []}),
        ("settings/api", {"scopes": ["everything"]}),
        ("settings/api", {"scopes": [ORDER_COMP]}),
        ("settings/api", {"days": "9999"}),
        ("account/tokens", {"scopes": []}),
    ],
)
def test_a_form_that_cannot_be_comes_back_as_it_was(
    alice: Visitor, bistro: Restaurant, page: str, wrong: dict[str, Any]
) -> None:
    alice.get(f"/t/{bistro.tenant.slug}/{page}")
    given = {"name": "Web shop", "scopes": [ORDER_CREATE], "days": "90"} | wrong

    shown = alice.submit(alice.form(page), given, status=422)

    assert shown.select(".error")
    assert shown.select_one("#grants") is None
    if "scopes" not in wrong:
        assert shown.select_one(f"input[value='{ORDER_CREATE}'][checked]")


def test_revoking_ends_it_and_takes_it_off_the_page(
    alice: Visitor, bistro: Restaurant, program: Program
) -> None:
    pair = a_pair(bistro, bistro.people["alice"])
    key = a_key(bistro, bistro.people["alice"])
    alice.get(settings_of(bistro))

    for grant_id in (pair.grant_id, key.client_id):
        alice.submit(alice.form(f"{grant_id}/revoke"))

    assert alice.page is not None
    assert alice.page.select_one("#grants") is None
    assert program.order(pair.access_token).status_code == 401
    assert program.refresh(pair.refresh_token or "").status_code == 400
    assert program.prove(key).status_code == 401


def test_ones_own_can_be_ended_without_the_permission(
    app: Flask, bistro: Restaurant, client_of: Callable[[Person], Visitor]
) -> None:
    """Whoever lost it must still be able to clear up; others' stay out of reach."""
    bob = bistro.people["bob"]
    his, hers = a_pair(bistro, bob_as_manager(bistro)), a_pair(bistro, bistro.people["alice"])
    visitor = client_of(bob)
    visitor.get(account_of(bistro))

    visitor.submit(visitor.form(f"{his.grant_id}/revoke"))
    visitor.send(f"{account_of(bistro)}/{hers.grant_id}/revoke", {}, status=403)
    visitor.get(settings_of(bistro), status=403)

    assert Program(app, bistro).order(his.access_token).status_code == 401
    assert Program(app, bistro).order(hers.access_token).status_code == 201


def bob_as_manager(bistro: Restaurant) -> Person:
    """Bob while he still was the owner."""
    bob = bistro.people["bob"]
    return replace(bob, role="owner")


def test_nobody_grants_what_he_lacks(
    bistro: Restaurant, client_of: Callable[[Person], Visitor], alice: Visitor
) -> None:
    """One who manages programs but not the account gives no program the account."""
    with bistro.inside(), transaction():
        held = sorted(ROLES["server"] | {API_MANAGE})
        execute(
            update(Role)
            .where(Role.tenant_id == current_tenant_id(), Role.name == "server")
            .values(permissions=held)
        )
    bob = client_of(bistro.people["bob"])

    page = bob.get(settings_of(bistro))
    values = {"name": "Too much", "scopes": [TENANT_MANAGE], "days": "0"}
    bob.submit(bob.form("/settings/api"), values, status=403)

    offered = {str(box["value"]) for box in page.select("input[name=scopes]")}
    assert offered == ASKED.intersection(held)
    assert alice.get(settings_of(bistro)).select_one("#grants") is None


def test_every_act_is_in_the_audit_trail(alice: Visitor, bistro: Restaurant) -> None:
    make_key(alice, bistro)
    alice.get(settings_of(bistro))
    alice.submit(alice.form("/revoke"))

    with bistro.inside():
        rows = execute(
            select(AuditEntry.actor_id, AuditEntry.after)
            .where(
                AuditEntry.tenant_id == current_tenant_id(),
                AuditEntry.subject_kind == "api_grant",
                AuditEntry.act == API_MANAGE,
            )
            .order_by(AuditEntry.id)
        ).all()
        end_reading()
    made, revoked = rows
    assert {made.actor_id, revoked.actor_id} == {bistro.people["alice"].member_id}
    assert made.after["scopes"] == sorted([ORDER_CREATE, KITCHEN_VIEW])
    assert revoked.after == {"revoked": True}


def test_no_log_and_no_table_holds_a_secret(
    alice: Visitor,
    bistro: Restaurant,
    program: Program,
    owner_connection: Connection,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        client_id, secret = secrets_on(make_key(alice, bistro, idem=str(new_id())))
        machine = program.ask(
            grant_type="client_credentials", client_id=client_id, client_secret=secret
        )
        program.ask(grant_type="client_credentials", client_id=client_id, client_secret="wr0ng")
        pair = a_pair(bistro, bistro.people["alice"])
        turned = program.refresh(pair.refresh_token or "")
        program.order(access_token_of(turned))
        program.order(access_token_of(turned) + "x")
    secrets = [
        secret,
        "wr0ng",
        access_token_of(machine),
        pair.access_token,
        pair.refresh_token or "",
        access_token_of(turned),
        refresh_token_of(turned),
    ]

    assert "/api/token" in caplog.text
    for each in secrets:
        assert each not in caplog.text
        assert each not in repr(pair)
        for table in TABLES:
            found = owner_connection.execute(
                f"SELECT count(*) FROM {table} AS row WHERE row::text LIKE %s", [f"%{each}%"]
            ).fetchone()
            assert found == (0,), f"{table} holds a secret"


def test_a_hostile_name_is_a_name(alice: Visitor, bistro: Restaurant) -> None:
    page = make_key(alice, bistro, name="<script>alert(1)</script>{{7*7}}")

    shown = page.select_one("#grants")
    assert shown is not None
    assert "<script>alert(1)</script>{{7*7}}" in shown.get_text()
