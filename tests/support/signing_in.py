"""Signing in step by step, for tests of signing in itself; others ask `client_of`."""

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.identity.devices import NewDevice, pair_here
from app.identity.logins import open_login
from app.identity.session import DEVICE_SUFFIX, PLAIN_COOKIE
from tests.support.restaurants import PASSWORD, Person, Restaurant

DEVICE_COOKIE = f"{PLAIN_COOKIE}{DEVICE_SUFFIX}"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def token_in(answer: TestResponse) -> str:
    """The CSRF token of a page's forms."""
    found = _TOKEN.search(answer.get_data(as_text=True))
    assert found is not None, "the page has no form with a token"
    return found[1]


def try_password(
    client: FlaskClient,
    tenant: str,
    email: str,
    password: str = PASSWORD,
    *,
    next_: str = "",
    **options: Any,
) -> TestResponse:
    """Fill in the sign-in form and send it; no redirect is followed."""
    address = f"/t/{tenant}/sign-in"
    page = client.get(address, **options)
    values = {"email": email, "password": password, "next": next_, "csrf_token": token_in(page)}
    return client.post(address, data=values, **options)


def try_pin(
    client: FlaskClient, person: Person, pin: str, *, next_: str = "", **options: Any
) -> TestResponse:
    """Choose a name and type a PIN at a tablet; no redirect is followed."""
    address = f"/t/{person.tenant}/pin"
    values = {"member_id": person.member_id, "pin": pin, "next": next_}
    token = token_in(client.get(address))
    return client.post(address, data={**values, "csrf_token": token}, **options)


def open_browser(app: Flask, restaurant: Restaurant, person: Person) -> FlaskClient:
    """A browser that holds a live session of the person, without the form."""
    with restaurant.inside():
        token = open_login(person.member_id)
    client = app.test_client()
    client.set_cookie(PLAIN_COOKIE, token)
    return client


def open_device(app: Flask, restaurant: Restaurant, kind: str, *stations: str) -> FlaskClient:
    """A browser that is paired as a device of the restaurant, at which nobody is signed in."""
    client = app.test_client()
    client.set_cookie(DEVICE_COOKIE, device_token(restaurant, kind, *stations))
    return client


def open_tablet(app: Flask, restaurant: Restaurant, person: Person | None = None) -> FlaskClient:
    """A paired tablet, where the person has typed the PIN."""
    client = open_device(app, restaurant, "tablet")
    if person is not None:
        assert try_pin(client, person, person.pin).status_code == 303
    return client


def device_token(restaurant: Restaurant, kind: str, *stations: str) -> str:
    """The token of a device that the owner has just paired."""
    owner = next(person for person in restaurant.people.values() if person.role == "owner")
    new = NewDevice(
        location_id=restaurant.location.id,
        kind=kind,
        name=f"{kind.capitalize()} 1",
        station_ids=tuple(restaurant.stations[name] for name in stations),
    )
    with restaurant.inside():
        return pair_here(owner.actor, new)


def token_of(client: FlaskClient) -> str | None:
    """The session token that the browser holds."""
    cookie = client.get_cookie(PLAIN_COOKIE)
    return str(cookie.value) if cookie else None


def is_open(client: FlaskClient, tenant: str = "trattoria") -> bool:
    """Whether somebody is at work at this browser."""
    return client.get(f"/t/{tenant}/account/menu").status_code == 200
