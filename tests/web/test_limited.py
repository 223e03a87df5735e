"""What strangers may try and send again and again, with the limits that others' tests leave off."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from limits import parse

from app.core import clock
from app.core.ids import new_id
from app.core.limits import LIMITS
from app.identity.account.reset import LASTS
from tests.support.domains import add
from tests.support.factors import link_in, mails_to, newcomer
from tests.support.restaurants import Person, Restaurant
from tests.support.signing_in import try_password
from tests.support.staff import hire, role_id
from tests.support.visitor import Visitor, signed_in

NEW = "seven swans are swimming"


@pytest.fixture
def limited_app(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application, which counts."""
    monkeypatch.setattr(app.extensions["limits"], "enabled", True)
    return app


def guess(app: Flask, person: Person, address: str, email: str = "") -> int:
    """The status of a wrong password from a new browser at an address."""
    where = {"REMOTE_ADDR": address}
    tried = email or person.email
    return try_password(
        app.test_client(), person.tenant, tried, "wrong", environ_overrides=where
    ).status_code


def send(
    visitor: Visitor, path: str, form: str, address: str = "203.0.113.7", **values: Any
) -> int:
    """The status of a form that somebody at an address opens and sends."""
    visitor.client.environ_base["REMOTE_ADDR"] = address
    visitor.get(path)
    data = {"csrf_token": visitor.token, **values}
    return visitor.client.post(form, data=data).status_code


def test_a_machine_with_many_addresses_waits_as_one(app: Flask, house: Restaurant) -> None:
    with clock.use(clock.now()):
        statuses = [
            guess(app, house.people["bob"], f"2001:db8:1:2::{last}") for last in range(1, 8)
        ]

    assert statuses == [422] * 5 + [429] * 2


def test_machines_behind_an_ipv6_listener_wait_each_for_itself(
    app: Flask, house: Restaurant
) -> None:
    """It writes IPv4 addresses as IPv6 ones, all in one network."""
    with clock.use(clock.now()):
        statuses = [
            guess(app, house.people["bob"], f"::ffff:203.0.113.{last}") for last in range(1, 8)
        ]

    assert statuses == [422] * 7


def test_a_machine_with_many_addresses_is_limited_as_one(
    limited_app: Flask, house: Restaurant
) -> None:
    bob = house.people["bob"]
    tries = [
        guess(limited_app, bob, f"2001:db8:1:2::{last}", f"{last}@nobody.example")
        for last in range(1, 33)
    ]

    assert tries == [422] * 30 + [429] * 2


def test_whoever_has_the_link_chooses_a_password_whatever_others_ask_for(
    limited_app: Flask, house: Restaurant, drain: Callable[[], None]
) -> None:
    bob = newcomer(house)
    start = f"/t/{bob.tenant}/reset"
    send(Visitor(limited_app), start, start, email=bob.email)
    drain()
    link = link_in(mails_to(limited_app, bob.email)[0])

    asked = [
        send(Visitor(limited_app), start, start, f"198.51.100.{last}", email=bob.email)
        for last in range(6)
    ]
    visitor = Visitor(limited_app)
    visitor.get(link)
    visitor.submit(visitor.form("/reset/password"), {"password": NEW})

    assert asked == [200] * 4 + [429] * 2
    assert try_password(limited_app.test_client(), bob.tenant, bob.email, NEW).status_code == 303


def test_a_mailed_link_outlasts_the_wait_for_the_next() -> None:
    """Five asked for in a row send one mail; the next is sent a fifth of a window later at most."""
    (rate,) = (parse(bound.rate) for bound in LIMITS["password_reset"] if bound.by == "email")

    assert rate.get_expiry() * (1 + 1 / rate.amount) < LASTS.total_seconds()


def test_a_link_is_no_way_to_have_hashes_computed(limited_app: Flask, house: Restaurant) -> None:
    path = f"/t/{house.tenant.slug}/reset/password?token=nobody%27s"
    visitor = Visitor(limited_app)
    start = f"/t/{house.tenant.slug}/sign-in"

    statuses = [send(visitor, start, path, password=NEW) for _ in range(31)]

    assert statuses == [410] * 30 + [429]


def test_nobody_has_name_servers_asked_without_end(limited_app: Flask, house: Restaurant) -> None:
    page = f"/t/{house.tenant.slug}/settings/domains"
    domain = add(house, f"menu-{new_id().hex[-10:]}.example")
    alice = signed_in(limited_app, house.people["alice"])
    alice.get(page)
    form = {"csrf_token": alice.token}

    statuses = [
        alice.client.post(f"{page}/{domain.id}/check", data=form).status_code for _ in range(62)
    ]

    assert statuses == [303] * 60 + [429] * 2


def test_a_stranger_gets_five_letters_to_open_a_restaurant(limited_app: Flask) -> None:
    """Whatever address they are asked for from; each opens one for a day."""
    email = f"{new_id().hex}@guests.example"

    statuses = [
        send(Visitor(limited_app), "/sign-up", "/sign-up", f"198.51.100.{last}", email=email)
        for last in range(7)
    ]

    assert statuses == [200] * 5 + [429] * 2


def test_an_address_is_counted_as_one_however_it_is_spelt(limited_app: Flask) -> None:
    local = new_id().hex
    spelt = [f"{local}@{domain}.example" for domain in ("guests", "GUESTS", "ｇuests", "gｕests")]

    statuses = [
        send(Visitor(limited_app), "/sign-up", "/sign-up", f"198.51.100.{last}", email=email)
        for last, email in enumerate(spelt * 2)
    ]

    assert statuses == [200] * 5 + [429] * 3


def test_an_opening_may_be_filled_in_wrongly_more_often_than_five_times(
    limited_app: Flask, drain: Callable[[], None]
) -> None:
    email = f"{new_id().hex}@guests.example"
    send(Visitor(limited_app), "/sign-up", "/sign-up", "198.51.100.200", email=email)
    drain()
    visitor = Visitor(limited_app)
    visitor.get(link_in(mails_to(limited_app, email)[0]))
    values = {"restaurant": "Chez Ida", "name": "Ida", "password": "too short"}

    for _ in range(6):
        visitor.submit(visitor.form("/setup/confirm"), values, status=422)


@pytest.mark.parametrize("again", [False, True], ids=["somebody new", "once more"])
def test_an_invitation_fills_no_strangers_mailbox(
    limited_app: Flask, house: Restaurant, again: bool
) -> None:
    alice, staff = house.people["alice"], f"/t/{house.tenant.slug}/settings/staff"
    with house.inside():
        work: dict[str, Any] = {"name": "Ida", "role_id": role_id("server")}
        ida = hire(alice.actor, "Ida", "server").member_id
    path = f"{staff}/{ida}/invitation" if again else f"{staff}/invite"
    owner = signed_in(limited_app, alice)

    statuses = [
        send(owner, staff, path, email="victim@guests.example", idem=new_id(), **work)
        for _ in range(7)
    ]

    assert 429 not in statuses[:5]
    assert statuses[5:] == [429, 429]


def test_a_menu_is_brought_thirty_times_an_hour(limited_app: Flask, house: Restaurant) -> None:
    owner, setup = signed_in(limited_app, house.people["alice"]), f"/t/{house.tenant.slug}/setup"

    statuses = [send(owner, f"{setup}/location", f"{setup}/menu") for _ in range(31)]
    sample = send(owner, f"{setup}/location", f"{setup}/menu/sample")

    assert statuses == [422] * 30 + [429]
    assert sample == 429
