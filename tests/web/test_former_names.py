"""A short name that a restaurant gave up stays its own for six months, and leads to it."""

import time
from collections.abc import Callable
from threading import Event

import pytest
from flask import Flask
from psycopg import Connection
from sqlalchemy.exc import IntegrityError

from app.core.db import transaction
from app.core.errors import Invalid
from app.core.ids import new_id
from app.core.tenant import tenant_scope
from app.tenancy.commands import move_tenant, open_tenant
from tests.support.restaurants import Restaurant
from tests.support.together import together

KEPT = 10
PATIENCE_S = 10.0


@pytest.fixture
def house(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    return new_restaurant()


@pytest.fixture
def other(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    return new_restaurant()


@pytest.fixture
def newer() -> str:
    return f"newer-{new_id().hex[-12:]}"


def move(restaurant: Restaurant, slug: str) -> None:
    with restaurant.inside():
        move_tenant(slug)


def led_to(
    app: Flask, path: str, host: str = "localhost", method: str = "GET"
) -> tuple[int, str | None]:
    answer = app.test_client().open(path, base_url=f"http://{host}", method=method)
    return answer.status_code, answer.location


def test_nobody_else_gets_a_name_that_was_given_up(
    house: Restaurant, other: Restaurant, newer: str
) -> None:
    old = house.tenant.slug
    move(house, newer)

    with pytest.raises(Invalid, match="another restaurant"):
        move(other, old)
    with other.app.app_context(), tenant_scope(None), pytest.raises(IntegrityError):
        open_tenant(old, "Somebody else")


def test_who_waits_for_a_name_to_be_given_up_does_not_get_it(
    house: Restaurant, other: Restaurant, newer: str
) -> None:
    old, given_up = house.tenant.slug, Event()

    def act(index: int) -> bool:
        if index == 0:
            with house.inside(), transaction():
                move_tenant(newer)
                given_up.set()
                time.sleep(0.5)  # the other one waits for this transaction by now
            return True
        given_up.wait(PATIENCE_S)
        try:
            move(other, old)
        except Invalid:
            return False
        return True

    assert together(act, 2) == [True, False]


def test_guests_and_staff_are_led_to_the_new_name(
    app: Flask, house: Restaurant, newer: str
) -> None:
    old = house.tenant.slug
    move(house, newer)

    host, port = f"{old.upper()}.localhost", ":8000"
    assert led_to(app, "/t/" + old) == (302, f"/t/{newer}")
    here = f"/t/{old}/main/menu%3Fa/?of=1%262&to=//x.example"
    assert led_to(app, here) == (302, here.replace(old, newer))
    assert led_to(app, "/main?x=y", host + port) == (302, f"//{newer}.localhost{port}/main?x=y")
    assert led_to(app, f"/t/{old}/sign-in", method="POST")[0] == 404
    assert led_to(app, "/t/nobodys-name/sign-in") == (404, None)
    assert led_to(app, "/healthz", host) == (200, None)


def test_a_restaurant_takes_its_own_name_back(app: Flask, house: Restaurant, newer: str) -> None:
    old = house.tenant.slug
    move(house, newer)
    move(house, old)

    assert led_to(app, f"/t/{old}/sign-in") == (200, None)
    assert led_to(app, f"/t/{newer}/sign-in") == (302, f"/t/{old}/sign-in")


def test_after_six_months_it_is_free(
    app: Flask, house: Restaurant, other: Restaurant, newer: str, owner_connection: Connection
) -> None:
    old = house.tenant.slug
    move(house, newer)
    kept = owner_connection.execute(
        "SELECT now() + interval '6 months' - kept_until BETWEEN interval '0' AND interval '1 min'"
        " FROM tenant_slug WHERE slug = %s",
        [old],
    ).fetchone()
    owner_connection.execute("UPDATE tenant_slug SET kept_until = now() WHERE slug = %s", [old])

    assert kept == (True,)
    assert led_to(app, f"/t/{old}/sign-in") == (404, None)
    move(other, old)
    assert led_to(app, f"/t/{old}/sign-in") == (200, None)


def test_nobody_hoards_names_by_going_through_them(house: Restaurant, other: Restaurant) -> None:
    names = [house.tenant.slug, *(f"name-{new_id().hex[-12:]}" for _ in range(KEPT + 1))]
    for name in names[1:]:
        move(house, name)

    with pytest.raises(Invalid):
        move(other, names[1])
    move(other, names[0])
