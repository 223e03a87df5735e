"""Handing a browser over to a colleague by PIN."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bs4 import BeautifulSoup
from flask import Flask
from psycopg import Connection

from app.core import clock
from app.identity.session import PLAIN_COOKIE
from tests.support.restaurants import Cast, Restaurant
from tests.support.signing_in import open_browser, token_of, try_pin

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
HTMX = {"HX-Request": "true"}


def test_a_colleague_takes_over_with_a_new_session(
    app: Flask, cast: Cast, trattoria: Restaurant
) -> None:
    client = open_browser(app, trattoria, cast.alice)
    before = token_of(client)

    answer = try_pin(client, cast.bob, cast.bob.pin)

    old = app.test_client()
    old.set_cookie(PLAIN_COOKIE, before or "")
    assert (answer.status_code, answer.location) == (303, "/t/trattoria/")
    assert client.get("/t/trattoria/").location == f"{trattoria.url}/floor"
    assert token_of(client) != before
    assert old.get("/t/trattoria/pin").status_code == 302


def test_the_session_goes_on_under_who_gave_the_password_and_ends_when_it_would_have(
    app: Flask, cast: Cast, trattoria: Restaurant, owner_connection: Connection
) -> None:
    with clock.use(NOON):
        client = open_browser(app, trattoria, cast.alice)
    with clock.use(NOON + timedelta(hours=2)):
        try_pin(client, cast.bob, cast.bob.pin)
        try_pin(client, cast.dan, cast.dan.pin)

    rows = owner_connection.execute(
        "SELECT member_id, opened_by, expires_at, revoked_at IS NULL FROM login_session"
        " WHERE tenant_id = %s AND opened_by = %s AND expires_at = %s ORDER BY created_at, id",
        [trattoria.tenant.id, cast.alice.member_id, NOON + timedelta(hours=12)],
    ).fetchall()
    assert [(row[0], row[3]) for row in rows] == [
        (cast.alice.member_id, False),
        (cast.bob.member_id, False),
        (cast.dan.member_id, True),
    ]


def test_a_wrong_pin_shows_the_sheet_again_with_the_name_chosen(
    app: Flask, cast: Cast, trattoria: Restaurant
) -> None:
    client = open_browser(app, trattoria, cast.alice)
    before = token_of(client)

    answer = try_pin(client, cast.carol, "0000")

    shown = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    (chosen,) = shown.select("input[name=member_id][checked]")
    assert answer.status_code == 422
    assert "The PIN is wrong." in shown.get_text()
    assert chosen["value"] == str(cast.carol.member_id)
    assert token_of(client) == before


def test_five_wrong_pins_wait_at_this_browser_only(
    app: Flask, new_restaurant: Callable[[], Restaurant]
) -> None:
    place = new_restaurant()
    alice, bob = place.people["alice"], place.people["bob"]
    here, there = open_browser(app, place, alice), open_browser(app, place, alice)

    statuses = [try_pin(here, bob, "0000").status_code for _ in range(5)]

    assert statuses == [422] * 5
    assert try_pin(here, bob, bob.pin).status_code == 429
    assert try_pin(there, bob, bob.pin).status_code == 303
    assert try_pin(here, place.people["dan"], place.people["dan"].pin).status_code == 303


def test_wrong_pins_follow_the_browser_through_a_switch(
    app: Flask, new_restaurant: Callable[[], Restaurant]
) -> None:
    place = new_restaurant()
    client = open_browser(app, place, place.people["dan"])
    bob = place.people["bob"]
    for _ in range(5):
        try_pin(client, bob, "0000")

    try_pin(client, place.people["dan"], place.people["dan"].pin)

    assert try_pin(client, bob, bob.pin).status_code == 429


def test_no_pin_works_where_nobody_gave_a_password(app: Flask, cast: Cast) -> None:
    client = app.test_client()

    answer = client.post(
        "/t/trattoria/pin", data={"member_id": cast.bob.member_id, "pin": cast.bob.pin}
    )

    assert answer.location == "/t/trattoria/sign-in"
    assert token_of(client) is None


def test_a_member_of_another_restaurant_is_nobody_here(
    app: Flask, cast: Cast, trattoria: Restaurant
) -> None:
    client = open_browser(app, trattoria, cast.alice)
    stranger = replace(cast.charlie, tenant="trattoria")

    answer = try_pin(client, stranger, cast.charlie.pin)

    assert answer.status_code == 422


def test_the_sheet_names_colleagues_with_a_pin(
    app: Flask, cast: Cast, trattoria: Restaurant
) -> None:
    client = open_browser(app, trattoria, cast.bob)

    sheet = BeautifulSoup(
        client.get("/t/trattoria/pin", headers=HTMX).get_data(as_text=True), "html.parser"
    )

    names = [label.get_text(" ", strip=True) for label in sheet.select(".people label")]
    assert names == ["A Alice", "B Bob", "C Carol", "D Dan"]
    assert sheet.find("html") is None


def test_one_stays_on_the_page_that_the_sheet_lay_over(
    app: Flask, cast: Cast, trattoria: Restaurant
) -> None:
    client = open_browser(app, trattoria, cast.alice)

    sheet = client.get(
        "/t/trattoria/pin",
        headers={**HTMX, "HX-Current-URL": "http://localhost/t/trattoria/pin?from=bar"},
    )
    field = BeautifulSoup(sheet.get_data(as_text=True), "html.parser").select_one("[name=next]")
    answer = try_pin(client, cast.bob, cast.bob.pin, next_=str(field["value"] if field else ""))

    assert answer.location == "/t/trattoria/pin?from=bar"


def test_a_switch_leaves_an_audit_entry_that_names_both(
    app: Flask, new_restaurant: Callable[[], Restaurant], owner_connection: Connection
) -> None:
    place = new_restaurant()
    alice, bob = place.people["alice"], place.people["bob"]

    try_pin(open_browser(app, place, alice), bob, bob.pin)

    entry = owner_connection.execute(
        "SELECT actor_id, subject_id, before FROM audit_entry"
        " WHERE tenant_id = %s AND act = 'session.pin_switch'",
        [place.tenant.id],
    ).fetchone()
    assert entry == (bob.member_id, bob.member_id, {"member_id": str(alice.member_id)})
