"""The cookie of a session: what it is bound to, where it counts, and when it is dead."""

import hashlib
from typing import Any

import pytest
from flask import Flask
from psycopg import Connection

from app.identity.session import PLAIN_COOKIE, PLAIN_VISITOR, SECURE_COOKIE
from tests.support.restaurants import Cast, Restaurant
from tests.support.signing_in import open_browser, token_in, token_of, try_password


@pytest.mark.usefixtures("diner")
def test_a_session_of_one_restaurant_opens_no_other(
    app: Flask, cast: Cast, trattoria: Restaurant
) -> None:
    client = open_browser(app, trattoria, cast.alice)

    assert client.get("/t/trattoria/account/menu").status_code == 200
    assert client.get("/t/diner/").location == "/t/diner/sign-in?next=/t/diner/"


def test_the_cookie_stays_in_the_building_on_plain_http(app: Flask, cast: Cast) -> None:
    client = app.test_client()

    answer = try_password(client, "trattoria", cast.bob.email)

    (cookie,) = [it for it in answer.headers.getlist("Set-Cookie") if it.startswith("nibblix=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Domain" not in cookie
    assert client.get_cookie(PLAIN_VISITOR) is None
    assert len(token_of(client) or "") >= 43  # 256 bits in base 64


def test_the_cookie_is_host_bound_and_secure_on_https(app: Flask, cast: Cast) -> None:
    options: dict[str, Any] = {
        "base_url": "https://nibblix.example",
        "headers": {"Referer": "https://nibblix.example/"},
    }

    answer = try_password(app.test_client(), "trattoria", cast.bob.email, **options)

    cookies = answer.headers.getlist("Set-Cookie")
    (cookie,) = [it for it in cookies if it.startswith(f"{SECURE_COOKIE}=")]
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_a_plain_cookie_counts_for_nothing_on_https(
    app: Flask, cast: Cast, trattoria: Restaurant
) -> None:
    token = token_of(open_browser(app, trattoria, cast.alice))
    client = app.test_client()
    client.set_cookie(PLAIN_COOKIE, token or "", domain="nibblix.example")

    answer = client.get("/t/trattoria/account/menu", base_url="https://nibblix.example")

    assert answer.status_code == 302


@pytest.mark.parametrize("host", ["nibblix.example", "198.41.0.4", "[2001:4860:4860::8888]"])
def test_nobody_signs_in_over_plain_http_in_public(app: Flask, cast: Cast, host: str) -> None:
    answer = try_password(app.test_client(), "trattoria", cast.bob.email, base_url=f"http://{host}")

    assert answer.status_code == 403
    assert not [it for it in answer.headers.getlist("Set-Cookie") if it.startswith("nibblix=")]


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "192.168.1.20", "10.0.0.5:8000", "till.local"])
def test_a_tablet_on_the_lan_signs_in(app: Flask, cast: Cast, host: str) -> None:
    answer = try_password(app.test_client(), "trattoria", cast.bob.email, base_url=f"http://{host}")

    assert answer.status_code == 303


def test_signing_in_makes_a_new_token_and_ends_the_old_session(
    app: Flask, cast: Cast, trattoria: Restaurant
) -> None:
    client = open_browser(app, trattoria, cast.alice)
    planted = token_of(client)
    page = client.get("/t/trattoria/account/menu")

    answer = client.post(
        "/t/trattoria/sign-in",
        data={
            "email": cast.bob.email,
            "password": cast.bob.password,
            "csrf_token": token_in(page),
        },
    )

    assert answer.status_code == 303
    assert token_of(client) != planted
    assert _is_dead(app, planted)


def _is_dead(app: Flask, token: str | None) -> bool:
    client = app.test_client()
    client.set_cookie(PLAIN_COOKIE, token or "")
    return client.get("/t/trattoria/account/menu").status_code == 302


def test_signing_out_ends_the_session_for_a_copied_cookie_too(
    app: Flask, cast: Cast, trattoria: Restaurant
) -> None:
    client = open_browser(app, trattoria, cast.bob)
    token = token_of(client)

    answer = client.post(
        "/t/trattoria/sign-out",
        data={"csrf_token": token_in(client.get("/t/trattoria/account/menu"))},
    )

    assert (answer.status_code, answer.location) == (303, "/t/trattoria/sign-in")
    assert token_of(client) is None
    assert _is_dead(app, token)


def test_the_table_holds_no_token(
    app: Flask, cast: Cast, trattoria: Restaurant, owner_connection: Connection
) -> None:
    token = (token_of(open_browser(app, trattoria, cast.bob)) or "").encode()

    found = owner_connection.execute(
        "SELECT count(*) FROM login_session WHERE token_hash = %s", [hashlib.sha256(token).digest()]
    ).fetchone()

    assert found == (1,)
