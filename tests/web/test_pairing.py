"""Pairing a device: by a code that works once and for a while, or on the spot."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from app.core import clock
from app.identity.actor import Actor
from app.identity.devices import NewDevice, prepare_device, renew_code
from app.identity.places import place_member
from app.identity.staff import people
from app.tenancy.commands import open_location
from tests.support.chain import open_second
from tests.support.factors import newcomer
from tests.support.pairing import CODE, make_code, redeem
from tests.support.restaurants import HARBOUR, Person, Restaurant
from tests.support.signing_in import DEVICE_COOKIE, open_browser, token_in, token_of, try_pin
from tests.support.staff import role_id
from tests.support.visitor import Visitor

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def owner(client_of: Callable[[Person], Visitor], trattoria: Restaurant) -> Visitor:
    return client_of(trattoria.people["alice"])


def test_a_tablet_paired_by_code_asks_who_works_there(
    app: Flask, owner: Visitor, trattoria: Restaurant
) -> None:
    code, client = make_code(owner, trattoria), app.test_client()

    answer = redeem(client, "trattoria", code.lower().replace("-", " "))

    (cookie,) = [it for it in answer.headers.getlist("Set-Cookie") if it.startswith(DEVICE_COOKIE)]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert answer.location == "/t/trattoria/device"
    assert client.get("/t/trattoria/device").location == "/t/trattoria/pin"
    assert try_pin(client, trattoria.people["bob"], trattoria.people["bob"].pin).status_code == 303


def test_on_https_the_devices_cookie_is_bound_to_the_host(
    app: Flask, owner: Visitor, trattoria: Restaurant
) -> None:
    code, client = make_code(owner, trattoria), app.test_client()
    secure = {
        "base_url": "https://nibblix.example",
        "headers": {"Referer": "https://nibblix.example/"},
    }
    token = token_in(client.get("/t/trattoria/pair", **secure))

    answer = client.post("/t/trattoria/pair", data={"code": code, "csrf_token": token}, **secure)

    (cookie,) = [it for it in answer.headers.getlist("Set-Cookie") if "-device=" in it]
    assert cookie.startswith("__Host-nibblix-device=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))


def test_nothing_is_paired_over_plain_http_in_public(app: Flask, trattoria: Restaurant) -> None:
    client, base = app.test_client(), "http://nibblix.example"
    token = token_in(client.get(f"/t/{trattoria.tenant.slug}/pair", base_url=base))

    answer = client.post(
        f"/t/{trattoria.tenant.slug}/pair",
        data={"code": "ABCD-EFGH", "csrf_token": token},
        base_url=base,
    )

    assert answer.status_code == 403


def test_the_qr_leads_to_the_form_with_its_code_and_pairs_nothing_by_itself(
    app: Flask, owner: Visitor, trattoria: Restaurant
) -> None:
    code = make_code(owner, trattoria)
    client = app.test_client()

    page = client.get("/t/trattoria/pair", query_string={"code": code.replace("-", "")})

    field = BeautifulSoup(page.get_data(as_text=True), "html.parser").select_one("#code")
    picture = owner.page.select_one(".pairing img") if owner.page else None
    assert field is not None
    assert picture is not None
    assert field["value"] == code.replace("-", "")
    assert str(picture["src"]).startswith("data:image/svg+xml")
    assert client.get_cookie(DEVICE_COOKIE) is None
    assert redeem(client, "trattoria", code).status_code == 303


def test_a_code_works_once(app: Flask, owner: Visitor, trattoria: Restaurant) -> None:
    code = make_code(owner, trattoria)
    first, second = app.test_client(), app.test_client()

    statuses = [redeem(client, "trattoria", code).status_code for client in (first, second)]

    assert statuses == [303, 422]
    assert second.get_cookie(DEVICE_COOKIE) is None


def test_a_code_works_for_ten_minutes(
    app: Flask, new_restaurant: Callable[[], Restaurant], client_of: Callable[[Person], Visitor]
) -> None:
    place = new_restaurant()
    with clock.use(NOON):
        owner = client_of(place.people["alice"])
        late, later = make_code(owner, place), make_code(owner, place, name="Two")
    with clock.use(NOON + timedelta(minutes=9, seconds=59)):
        assert redeem(app.test_client(), place.tenant.slug, late).status_code == 303
    with clock.use(NOON + timedelta(minutes=10)):
        assert redeem(app.test_client(), place.tenant.slug, later).status_code == 422


def test_a_code_of_one_restaurant_opens_no_other(
    app: Flask, owner: Visitor, trattoria: Restaurant, diner: Restaurant
) -> None:
    code = make_code(owner, trattoria)

    assert redeem(app.test_client(), diner.tenant.slug, code).status_code == 422
    assert redeem(app.test_client(), "trattoria", code).status_code == 303


def test_codes_are_not_tried_for_long(app: Flask, new_restaurant: Callable[[], Restaurant]) -> None:
    slug = new_restaurant().tenant.slug

    statuses = [redeem(app.test_client(), slug, "ABCD-EFGH").status_code for _ in range(6)]

    assert statuses == [422] * 5 + [429]


def test_a_manager_pairs_the_browser_at_hand_in_one_tap(
    app: Flask, new_restaurant: Callable[[], Restaurant]
) -> None:
    place = new_restaurant()
    client = open_browser(app, place, place.people["alice"])
    page = client.get(f"/t/{place.tenant.slug}/settings/devices/new")
    values = {"kind": "tablet", "name": "Here", "location_id": place.location.id, "here": "1"}

    answer = client.post(
        f"/t/{place.tenant.slug}/settings/devices", data={**values, "csrf_token": token_in(page)}
    )

    assert answer.location == f"/t/{place.tenant.slug}/device"
    assert token_of(client) is None
    assert try_pin(client, place.people["bob"], place.people["bob"].pin).status_code == 303


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": " "}, "Give it a name."),
        ({"name": "x" * 61}, "At most 60 characters"),
        ({"name": "4111 1111 1111 1111"}, "This looks like a card number."),
        ({"kind": "toaster"}, "Choose what it is."),
        ({"kind": "kitchen"}, "Choose what this screen shows."),
    ],
)
def test_a_form_that_makes_no_device_says_why(
    owner: Visitor, trattoria: Restaurant, values: dict[str, str], sentence: str
) -> None:
    owner.get("/t/trattoria/settings/devices/new")
    wanted = {"kind": "tablet", "name": "Bar", "location_id": trattoria.location.id}

    page = owner.submit(owner.form("/settings/devices"), {**wanted, **values}, status=422)

    assert sentence in page.get_text()


def test_a_device_never_stands_at_another_restaurants_location(
    owner: Visitor, diner: Restaurant
) -> None:
    owner.get("/t/trattoria/settings/devices/new")
    wanted = {"kind": "tablet", "name": "Bar", "location_id": diner.location.id}

    owner.submit(owner.form("/settings/devices"), wanted, status=404)


def _turn_out(actor: Actor, manager: Person) -> None:
    people.deactivate(actor, manager.member_id)


def _make_a_server(actor: Actor, manager: Person) -> None:
    work = people.Work(name=manager.name, role_id=role_id("server"))
    people.change(actor, manager.member_id, work)


def _move_away(actor: Actor, manager: Person) -> None:
    harbour = open_location(replace(HARBOUR, slug=f"h-{manager.name}"))
    place_member(actor, manager.member_id, [(harbour, None)])


@pytest.mark.parametrize("change", [_turn_out, _make_a_server, _move_away])
def test_the_code_of_who_may_not_pair_there_any_more_pairs_nothing(
    app: Flask,
    new_restaurant: Callable[[], Restaurant],
    client_of: Callable[[Person], Visitor],
    change: Callable[[Actor, Person], None],
) -> None:
    place = new_restaurant()
    manager = newcomer(place, "manager")
    code = make_code(client_of(manager), place)
    with place.inside():
        change(place.people["alice"].actor, manager)
    client = app.test_client()

    answer = redeem(client, place.tenant.slug, code)

    assert answer.status_code == 422
    assert client.get_cookie(DEVICE_COOKIE) is None


def test_a_code_that_a_colleague_renews_is_the_colleagues(
    app: Flask, new_restaurant: Callable[[], Restaurant], client_of: Callable[[Person], Visitor]
) -> None:
    place = new_restaurant()
    manager, alice = newcomer(place, "manager"), place.people["alice"]
    with place.inside():
        new = NewDevice(location_id=place.location.id, kind="pickup", name="Board")
        device_id = prepare_device(manager.actor, new)
        renew_code(alice.actor, device_id)
        people.deactivate(alice.actor, manager.member_id)
    page = client_of(alice).get(f"/t/{place.tenant.slug}/settings/devices/{device_id}")
    code = CODE.search(page.get_text())
    assert code is not None

    assert redeem(app.test_client(), place.tenant.slug, code[0]).status_code == 303


def test_a_screen_of_another_locations_station_is_refused_with_the_reason(
    new_restaurant: Callable[[], Restaurant], client_of: Callable[[Person], Visitor]
) -> None:
    place = new_restaurant()
    second = open_second(place)
    alice = client_of(place.people["alice"])
    alice.get(f"/t/{place.tenant.slug}/settings/devices/new")
    theirs = {"location_id": second.location.id, "station_ids": place.stations["Kitchen"]}

    screen = {"kind": "kitchen", "name": "Grill", **theirs}
    page = alice.submit(alice.form("/settings/devices"), screen, status=422)
    assert f"Choose a station of {second.location.name}." in page.get_text()

    tablet = {"kind": "tablet", "name": "Bar", **theirs}
    alice.submit(alice.form("/settings/devices"), tablet)
