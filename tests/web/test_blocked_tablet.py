"""A tablet where many wrong PINs were typed: it waits for a manager, and works again after one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from psycopg import Connection

from app.core import clock
from app.identity.devices import code_of, redeem_code, renew_code
from tests.support.restaurants import Restaurant
from tests.support.signing_in import (
    DEVICE_COOKIE,
    open_device,
    token_of,
    try_password,
    try_pin,
)

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
PATIENTLY = timedelta(hours=2)


@pytest.fixture
def blocked(app: Flask, new_restaurant: Callable[[], Restaurant]) -> tuple[Restaurant, FlaskClient]:
    """A tablet where twenty wrong PINs were typed, five for each of four people."""
    place = new_restaurant()
    with clock.use(NOON):
        client = open_device(app, place, "tablet")
        for person in place.people.values():
            for _ in range(5):
                assert try_pin(client, person, "0000").status_code == 422
    return place, client


def test_twenty_wrong_pins_at_a_tablet_ask_for_a_manager_there_and_nowhere_else(
    app: Flask, blocked: tuple[Restaurant, FlaskClient]
) -> None:
    place, client = blocked
    bob = place.people["bob"]
    with clock.use(NOON + PATIENTLY):
        app.extensions["redis"].flushdb()

        refused = try_pin(client, bob, bob.pin)

        assert refused.status_code == 403
        assert "A manager must free this tablet" in refused.get_data(as_text=True)
        page = client.get(f"/t/{place.tenant.slug}/pin").get_data(as_text=True)
        names = BeautifulSoup(page, "html.parser").select(".people label")
        assert [label.get_text(" ", strip=True) for label in names] == ["A Alice"]
        assert try_pin(open_device(app, place, "tablet"), bob, bob.pin).status_code == 303


def test_a_day_of_waiting_frees_no_tablet(blocked: tuple[Restaurant, FlaskClient]) -> None:
    place, client = blocked
    with clock.use(NOON + timedelta(days=3)):
        assert try_pin(client, place.people["bob"], place.people["bob"].pin).status_code == 403


@pytest.mark.parametrize("by", ["PIN", "password"])
def test_a_manager_frees_a_tablet_by_pin_or_password(
    by: str, blocked: tuple[Restaurant, FlaskClient], owner_connection: Connection
) -> None:
    place, client = blocked
    slug, alice, bob = place.tenant.slug, place.people["alice"], place.people["bob"]
    with clock.use(NOON + PATIENTLY):
        freed = (
            try_pin(client, alice, alice.pin)
            if by == "PIN"
            else try_password(client, slug, alice.email)
        )

        assert freed.status_code == 303
        assert try_pin(client, bob, bob.pin).status_code == 303
    acts = owner_connection.execute(
        "SELECT act, actor_id FROM audit_entry WHERE tenant_id = %s AND act LIKE '%%device%%'"
        " AND act <> 'device.pair' AND act <> 'device.paired' ORDER BY at, id",
        [place.tenant.id],
    ).fetchall()
    assert acts == [("security.device_locked", None), ("device.freed", alice.member_id)]


def test_who_is_no_manager_frees_no_tablet_by_password(
    blocked: tuple[Restaurant, FlaskClient],
) -> None:
    place, client = blocked
    with clock.use(NOON + PATIENTLY):
        answer = try_password(client, place.tenant.slug, place.people["bob"].email)

    assert answer.status_code == 403
    assert token_of(client) is None


def test_a_tablet_that_is_paired_anew_begins_without_the_old_tries(
    blocked: tuple[Restaurant, FlaskClient], owner_connection: Connection
) -> None:
    place, client = blocked
    bob = place.people["bob"]
    with clock.use(NOON + PATIENTLY), place.inside():
        row = owner_connection.execute(
            "SELECT id FROM device WHERE tenant_id = %s", [place.tenant.id]
        ).fetchone()
        assert row is not None
        renew_code(place.people["alice"].actor, row[0])
        row = owner_connection.execute(
            "SELECT id, code_expires_at FROM device WHERE tenant_id = %s", [place.tenant.id]
        ).fetchone()
        assert row is not None
        client.set_cookie(DEVICE_COOKIE, redeem_code(code_of(*row), "203.0.113.9"))
    with clock.use(NOON + PATIENTLY):
        assert try_pin(client, bob, "0000").status_code == 422

        assert try_pin(client, bob, bob.pin).status_code == 303
