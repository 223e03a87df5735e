"""The page of data protection offers what would be done, and says why where it would not."""

from collections.abc import Callable
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import update

from app.core import clock
from app.core.db import execute, transaction
from app.identity.models import Member
from app.identity.permissions import ROLES, TENANT_MANAGE
from app.identity.staff.roles import add_role
from tests.support.chain import open_second, role_id, send_to
from tests.support.restaurants import Restaurant
from tests.support.staff import hire
from tests.support.trade import owner_of
from tests.support.visitor import signed_in


def become(house: Restaurant, name: str, role: UUID) -> None:
    """Give somebody another role of his own."""
    with house.inside(), transaction():
        execute(
            update(Member)
            .where(Member.tenant_id == house.tenant.id)
            .where(Member.id == house.people[name].member_id)
            .values(role_id=role)
        )


@pytest.fixture
def house(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    """Bob keeps the account, and else may do what a server may."""
    first = new_restaurant()
    with first.inside():
        office = add_role(owner_of(first), "Office", [TENANT_MANAGE, *ROLES["server"]])
    become(first, "bob", office)
    return first


def said_of(page: BeautifulSoup, name: str) -> str:
    """What stands in the row of a person, buttons included."""
    rows = page.select("#people .rows > li")
    found = [row.get_text(" ", strip=True) for row in rows]
    return next(text for text in found if text.startswith(name))


def test_only_who_would_be_erased_has_the_button(app: Flask, house: Restaurant) -> None:
    second = open_second(house)
    send_to(house, "dan", (second, None))
    become(house, "dan", role_id(house, "server"))
    bob = signed_in(app, house.people["bob"])
    address = f"/t/{house.tenant.slug}/settings/privacy"

    before = bob.get(address)
    send_to(house, "dan", (second, "manager"))
    after = bob.get(address)

    assert "Replace" in said_of(before, "Dan")
    assert "Replace" not in said_of(after, "Dan")
    assert "May do more than you: an owner can erase them." in said_of(after, "Dan")
    assert "May do more than you" in said_of(after, "Alice")
    assert "Another owner can erase you." in said_of(after, "Bob")


def test_an_owner_is_offered_everybody_but_himself(app: Flask, house: Restaurant) -> None:
    page = signed_in(app, house.people["alice"]).get(f"/t/{house.tenant.slug}/settings/privacy")

    offered = {name: "Replace" in said_of(page, name) for name in ("Alice", "Bob", "Carol", "Dan")}

    assert offered == {"Alice": False, "Bob": True, "Carol": True, "Dan": True}


def test_a_period_that_is_refused_stays_as_it_was_typed(app: Flask, house: Restaurant) -> None:
    bob = signed_in(app, house.people["bob"])
    address = f"/t/{house.tenant.slug}/settings/privacy"
    bob.get(address)

    typed = {"keep_guests": "0", "keep_mails": "8"}
    page = bob.submit(bob.form("/privacy/retention"), typed, status=422)

    fields = {name: page.select_one(f"#{name}") for name in typed}
    assert {name: tag and tag["value"] for name, tag in fields.items()} == typed
    alert = page.select_one("[role=alert]")
    assert alert is not None
    assert "Guests' names and notes on closed orders: 1 to 365 days." in alert.get_text()


def test_two_of_one_name_are_told_apart(app: Flask, house: Restaurant) -> None:
    with house.inside():
        hire(owner_of(house), "Carol", "kitchen")

    page = signed_in(app, house.people["alice"]).get(f"/t/{house.tenant.slug}/settings/privacy")

    rows = [row.get_text(" ", strip=True) for row in page.select("#people .about")]
    first, second = (text for text in rows if text.startswith("Carol"))
    assert house.people["carol"].email in first
    assert "@" not in second
    assert f"{clock.now():%Y}" in second
