"""What people type in secret stands in no log line, and in no table in plain words."""

import logging

import pytest
from flask import Flask
from psycopg import Connection
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.db import execute, transaction
from tests.support.restaurants import PASSWORD, Cast, Restaurant
from tests.support.signing_in import (
    DEVICE_COOKIE,
    device_token,
    open_device,
    token_of,
    try_password,
    try_pin,
)

WRONG_PASSWORD = "canary-password-41"
WRONG_PIN = "907153"
TABLES = (
    "account",
    "credential",
    "member",
    "login_session",
    "device",
    "audit_entry",
    "idempotency",
)


def test_secrets_typed_at_sign_in_reach_no_log(
    app: Flask, cast: Cast, trattoria: Restaurant, caplog: pytest.LogCaptureFixture
) -> None:
    client = app.test_client()

    with caplog.at_level(logging.DEBUG):
        try_password(client, trattoria.tenant.slug, cast.bob.email, WRONG_PASSWORD)
        try_password(client, trattoria.tenant.slug, cast.bob.email)
        first = token_of(client)
        tablet = open_device(app, trattoria, "tablet")
        try_pin(tablet, cast.bob, WRONG_PIN)
        try_pin(tablet, cast.bob, cast.bob.pin)
        second = token_of(tablet)
        tablet.get(f"{trattoria.url}/floor")

    assert "/sign-in" in caplog.text
    assert first
    assert second
    enrolled = tablet.get_cookie(DEVICE_COOKIE)
    assert enrolled is not None
    for secret in (WRONG_PASSWORD, PASSWORD, WRONG_PIN, first, second, enrolled.value):
        assert secret not in caplog.text


def test_a_statement_that_fails_does_not_say_what_it_was_given(app: Flask) -> None:
    with app.app_context(), pytest.raises(DBAPIError) as failed, transaction():
        execute(text("SELECT 1 / 0 WHERE :secret <> ''"), {"secret": WRONG_PASSWORD})

    assert WRONG_PASSWORD not in str(failed.value)


def test_no_table_holds_a_secret_in_plain_words(
    app: Flask, cast: Cast, trattoria: Restaurant, owner_connection: Connection
) -> None:
    client = app.test_client()
    try_password(client, trattoria.tenant.slug, cast.bob.email)
    token, device = token_of(client), device_token(trattoria, "tablet")

    for table in TABLES:
        for secret in (PASSWORD, token, device):
            found = owner_connection.execute(
                f"SELECT count(*) FROM {table} AS row WHERE row::text LIKE %s",
                [f"%{secret}%"],
            ).fetchone()
            assert found == (0,), f"{table} holds a secret"
