"""Closing a restaurant: by its owner alone, seen by everybody, taken back within thirty days."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from psycopg import Connection

from app.core.errors import Conflict, Forbidden, Invalid
from app.core.ids import new_id
from app.identity.places import place_member
from app.privacy import commands
from app.tenancy.queries import forget_tenants, get_tenant_by_id
from tests.support.closing import grace_is_over, open_house
from tests.support.factors import newcomer
from tests.support.restaurants import PASSWORD, Person, Restaurant
from tests.support.trade import owner_of
from tests.support.visitor import Visitor


@pytest.fixture
def canary() -> str:
    return f"canary{new_id().hex[-12:]}"


@pytest.fixture
def house(app: Flask, canary: str) -> Restaurant:
    """A restaurant that has traded, and everything of which is called by the canary."""
    return open_house(app, canary)


@pytest.fixture
def alice(house: Restaurant, client_of: Callable[[Person], Visitor]) -> Visitor:
    return client_of(house.people["alice"])


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    yield
    forget_tenants()


def test_a_restaurant_is_closed_by_its_name_and_by_its_owner_alone(
    house: Restaurant, canary: str
) -> None:
    with house.inside():
        with pytest.raises(Invalid, match=canary):
            commands.close(owner_of(house), canary.upper())
        with pytest.raises(Forbidden):
            commands.close(house.people["bob"].actor, canary)
        commands.close(owner_of(house), canary)
        with pytest.raises(Conflict, match="already"):
            commands.close(owner_of(house), canary)


def test_guests_and_staff_see_that_it_is_closed_and_the_owner_takes_it_back(
    app: Flask,
    house: Restaurant,
    canary: str,
    alice: Visitor,
    client_of: Callable[[Person], Visitor],
) -> None:
    bob, here = client_of(house.people["bob"]), f"/t/{canary}/settings/privacy"
    alice.get(here)

    refused = alice.submit(alice.form("/close"), {"slug": "something"}, status=422)
    alice.submit(alice.form("/close"), {"slug": canary})
    seen = {
        "guest": Visitor(app).client.get("/", headers={"Host": f"{canary}.localhost"}),
        "staff": bob.client.get(house.url + "/floor"),
        "owner": alice.client.get(house.url + "/floor"),
    }
    led_to = alice.client.get(f"/t/{canary}/").location
    alice.get(here)
    alice.submit(alice.form("/take-back"))

    assert "Type" in refused.get_text()
    for answer in seen.values():
        assert answer.status_code == 410
        assert "is closed" in answer.get_data(as_text=True)
    assert led_to == here
    alice.get(house.url + "/floor")
    bob.get(house.url + "/floor")
    assert bob.path.endswith("/sign-in")  # signed out when it was closed


def test_the_owner_can_still_sign_in_and_staff_are_told(
    house: Restaurant, canary: str, app: Flask
) -> None:
    with house.inside():
        commands.close(owner_of(house), canary)
    landed = {}
    for name, status in (("alice", 200), ("bob", 410)):
        visitor = Visitor(app)
        page = visitor.get(f"/t/{canary}/sign-in")
        form = page.select("form:has(input[type=password])")[0]
        person = house.people[name]
        visitor.submit(form, {"email": person.email, "password": PASSWORD}, status=status)
        landed[name] = visitor.path

    assert landed["alice"] == f"/t/{canary}/settings/privacy"


def test_after_the_grace_not_even_the_owner_gets_in(
    house: Restaurant, canary: str, alice: Visitor, owner_connection: Connection
) -> None:
    with house.inside():
        commands.close(owner_of(house), canary)
    grace_is_over(owner_connection, house)

    for path in ("/sign-in", "/settings/privacy"):
        assert alice.client.get(f"/t/{canary}{path}").status_code == 410
    with house.inside(), pytest.raises(Conflict):
        commands.take_back(owner_of(house))


def test_the_owners_are_told_by_mail(
    house: Restaurant, canary: str, owner_connection: Connection
) -> None:
    with house.inside():
        commands.close(owner_of(house), canary)

    assert mails(owner_connection, house) == 1


def test_an_owner_of_one_place_is_neither_told_nor_left_signed_in(
    house: Restaurant,
    canary: str,
    client_of: Callable[[Person], Visitor],
    owner_connection: Connection,
) -> None:
    """It takes the whole restaurant's owner to keep it after all."""
    eve = newcomer(house, "owner")
    with house.inside():
        place_member(owner_of(house), eve.member_id, [(house.location.id, None)])
    visitor = client_of(eve)

    with house.inside():
        commands.close(owner_of(house), canary)
        commands.take_back(owner_of(house))

    visitor.get(house.url + "/floor")
    assert visitor.path.endswith("/sign-in")
    assert mails(owner_connection, house) == 1


def test_whoever_looks_a_closed_restaurant_up_is_told_so(house: Restaurant, canary: str) -> None:
    with house.inside():
        erase_after = commands.close(owner_of(house), canary)

        assert get_tenant_by_id(house.tenant.id).erase_after == erase_after


def mails(owner: Connection, house: Restaurant) -> int:
    row = owner.execute(
        "SELECT count(*) FROM outbox WHERE tenant_id = %s AND event = 'Mail'", [house.tenant.id]
    ).fetchone()
    assert row is not None
    return int(row[0])
