"""People at a paired tablet: by PIN, one after the other, and nowhere else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from psycopg import Connection
from sqlalchemy import insert

from app.core import clock
from app.core.db import execute, transaction
from app.core.ids import new_id
from app.identity.commands import NewMember, add_member
from app.identity.models import MemberLocation
from app.identity.session import PLAIN_COOKIE
from app.tenancy.commands import open_location
from tests.support.restaurants import HARBOUR, Cast, Restaurant
from tests.support.signing_in import (
    DEVICE_COOKIE,
    is_open,
    open_browser,
    open_device,
    open_tablet,
    token_in,
    token_of,
    try_password,
    try_pin,
)

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def people_at(client: FlaskClient, tenant: str) -> list[str]:
    """The names that the tablet offers."""
    page = client.get(f"/t/{tenant}/pin").get_data(as_text=True)
    found = BeautifulSoup(page, "html.parser").select(".people label")
    return [label.get_text(" ", strip=True)[2:] for label in found]


def test_each_pin_brings_a_new_session_and_ends_the_one_before(
    app: Flask, cast: Cast, trattoria: Restaurant
) -> None:
    client = open_tablet(app, trattoria, cast.alice)
    before = token_of(client)
    old = app.test_client()
    old.set_cookie(PLAIN_COOKIE, before or "")
    old.set_cookie(DEVICE_COOKIE, client.get_cookie(DEVICE_COOKIE).value)  # type: ignore[union-attr]

    answer = try_pin(client, cast.bob, cast.bob.pin)

    assert (answer.status_code, answer.location) == (303, "/t/trattoria/")
    assert client.get("/t/trattoria/").location == f"{trattoria.url}/floor"
    assert token_of(client) != before
    assert not is_open(old)


def test_a_session_of_a_tablet_is_nothing_without_the_tablet(
    app: Flask, cast: Cast, trattoria: Restaurant
) -> None:
    tablet = open_tablet(app, trattoria, cast.bob)
    elsewhere, another = app.test_client(), open_device(app, trattoria, "tablet")
    for client in (elsewhere, another):
        client.set_cookie(PLAIN_COOKIE, token_of(tablet) or "")

    assert is_open(tablet)
    assert not is_open(elsewhere)
    assert not is_open(another)


def test_no_pin_works_where_nothing_is_paired(
    app: Flask, cast: Cast, trattoria: Restaurant
) -> None:
    """Neither at a stranger's browser, nor at one that somebody opened by password."""
    client, visitor = open_browser(app, trattoria, cast.alice), app.test_client()
    before = token_of(client)
    values = {"member_id": cast.bob.member_id, "pin": cast.bob.pin}
    token = token_in(client.get("/t/trattoria/account/menu"))

    refused = client.post("/t/trattoria/pin", data={**values, "csrf_token": token})

    assert refused.status_code == 403
    assert visitor.post("/t/trattoria/pin", data=values).location == "/t/trattoria/sign-in"
    assert client.get("/t/trattoria/pin").status_code == 403
    assert token_of(client) == before
    assert token_of(visitor) is None


def test_no_pin_works_at_a_kitchen_screen(app: Flask, cast: Cast, trattoria: Restaurant) -> None:
    client = open_device(app, trattoria, "kitchen", "Kitchen")
    token = token_in(client.get("/t/trattoria/sign-in"))
    values = {"member_id": cast.bob.member_id, "pin": cast.bob.pin, "csrf_token": token}

    assert client.post("/t/trattoria/pin", data=values).status_code == 403
    assert token_of(client) is None


def test_a_wrong_pin_shows_the_sheet_again_with_the_name_chosen(
    app: Flask, cast: Cast, trattoria: Restaurant
) -> None:
    client = open_tablet(app, trattoria, cast.alice)
    before = token_of(client)

    answer = try_pin(client, cast.carol, "0000")

    shown = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    (chosen,) = shown.select("input[name=member_id][checked]")
    assert answer.status_code == 422
    assert "The PIN is wrong." in shown.get_text()
    assert chosen["value"] == str(cast.carol.member_id)
    assert token_of(client) == before


def test_five_wrong_pins_wait_for_this_person_at_this_tablet_only(
    app: Flask, new_restaurant: Callable[[], Restaurant]
) -> None:
    place = new_restaurant()
    bob, dan = place.people["bob"], place.people["dan"]
    with clock.use(NOON):
        here, there = open_device(app, place, "tablet"), open_device(app, place, "tablet")
        statuses = [try_pin(here, bob, "0000").status_code for _ in range(5)]
        app.extensions["redis"].flushdb()
        waits = try_pin(here, bob, bob.pin)

        assert statuses == [422] * 5
        assert (waits.status_code, waits.headers["Retry-After"]) == (429, "30")
        assert try_pin(there, bob, bob.pin).status_code == 303
        assert try_pin(here, dan, dan.pin).status_code == 303
        assert try_password(app.test_client(), place.tenant.slug, bob.email).status_code == 303
    with clock.use(NOON + timedelta(seconds=31)):
        assert try_pin(here, bob, "0000").status_code == 422
        doubled = try_pin(here, bob, bob.pin)
        assert (doubled.status_code, doubled.headers["Retry-After"]) == (429, "60")
    with clock.use(NOON + timedelta(seconds=92)):
        assert try_pin(here, bob, bob.pin).status_code == 303


def test_a_tablet_names_who_works_there_and_has_a_pin(
    app: Flask, new_restaurant: Callable[[], Restaurant]
) -> None:
    place = new_restaurant()
    alice = place.people["alice"].actor
    with place.inside(), transaction():
        harbour = open_location(HARBOUR)
        elsewhere = add_member(alice, NewMember(name="Eve", role="server", pin="7302"))
        add_member(
            alice,
            NewMember(name="Fay", role="server", email="fay@x.example", password="no PIN but this"),
        )
        execute(
            insert(MemberLocation).values(
                tenant_id=place.tenant.id,
                id=new_id(),
                member_id=elsewhere,
                location_id=harbour,
            )
        )
    client = open_device(app, place, "tablet")
    eve = replace(place.people["bob"], member_id=elsewhere, pin="7302")

    assert people_at(client, place.tenant.slug) == ["Alice", "Bob", "Carol", "Dan"]
    assert try_pin(client, eve, eve.pin).status_code == 422


def test_a_person_at_a_tablet_works_at_its_location_alone(
    app: Flask, new_restaurant: Callable[[], Restaurant]
) -> None:
    place = new_restaurant()
    with place.inside():
        open_location(HARBOUR)
    client = open_tablet(app, place, place.people["bob"])

    assert client.get(f"{place.url}/floor").status_code == 200
    assert client.get(f"/t/{place.tenant.slug}/harbour/floor").status_code == 404


def test_a_member_of_another_restaurant_is_nobody_here(
    app: Flask, cast: Cast, trattoria: Restaurant
) -> None:
    client = open_device(app, trattoria, "tablet")
    stranger = replace(cast.charlie, tenant="trattoria")

    assert try_pin(client, stranger, cast.charlie.pin).status_code == 422


def test_a_change_leaves_an_audit_entry_that_names_both_and_the_tablet(
    app: Flask, new_restaurant: Callable[[], Restaurant], owner_connection: Connection
) -> None:
    place = new_restaurant()
    alice, bob = place.people["alice"], place.people["bob"]

    try_pin(open_tablet(app, place, alice), bob, bob.pin)

    entries = owner_connection.execute(
        "SELECT e.actor_id, e.subject_id, e.before, d.kind FROM audit_entry e"
        " JOIN device d ON d.tenant_id = e.tenant_id AND d.id = e.device_id"
        " WHERE e.tenant_id = %s AND e.act = 'session.pin' ORDER BY e.at, e.id",
        [place.tenant.id],
    ).fetchall()
    assert entries[-1] == (
        bob.member_id,
        bob.member_id,
        {"member_id": str(alice.member_id)},
        "tablet",
    )


def test_an_enrolment_ends_after_ninety_days(app: Flask, cast: Cast, trattoria: Restaurant) -> None:
    """Then the tablet is paired anew; until then it is one."""
    with clock.use(NOON):
        client = open_device(app, trattoria, "tablet")
    with clock.use(NOON + timedelta(days=89)):
        assert try_pin(client, cast.bob, cast.bob.pin).status_code == 303
    with clock.use(NOON + timedelta(days=90)):
        assert (
            client.get("/t/trattoria/pin").location == "/t/trattoria/sign-in?next=/t/trattoria/pin"
        )
