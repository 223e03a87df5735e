"""Who sees the staff's pages, and that nobody reaches beyond himself there."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from psycopg import Connection

from app.core.ids import new_id
from app.identity.permissions import ROLES
from tests.support.restaurants import Restaurant
from tests.support.staff import EVERY_ROLE, at_staff, role_id, staff_of, state_of
from tests.support.visitor import Visitor, signed_in

# What can be posted to a person's page, with a form that suits.
POSTS: dict[str, dict[str, Any]] = {
    "": {"name": "Other"},
    "/pin": {"pin": "8642"},
    "/pin/clear": {},
    "/sign-out": {},
    "/deactivate": {},
    "/reactivate": {},
    "/invitation": {"email": "new@x.example"},
    "/invitation/withdraw": {},
}


@pytest.fixture(scope="module")
def house(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    """A restaurant where each role is one person's."""
    return new_restaurant(EVERY_ROLE)


@pytest.fixture
def owner(app: Flask, house: Restaurant) -> Visitor:
    """The owner at the list of people."""
    return at_staff(app, house, "owner")


def test_settings_lead_to_staff_and_roles_for_who_may(app: Flask, house: Restaurant) -> None:
    tabs = {
        who: [link.get_text(strip=True) for link in at.page.select("main nav.tabs a")]
        for who in ("owner", "manager")
        if (at := at_staff(app, house, who)).page
    }

    assert {"Staff", "Roles"} <= set(tabs["owner"])
    assert "Staff" in tabs["manager"]
    assert "Roles" not in tabs["manager"]


@pytest.mark.parametrize("who", sorted(set(ROLES) - {"owner", "manager"}))
def test_others_see_no_staff(app: Flask, house: Restaurant, who: str) -> None:
    visitor = signed_in(app, house.people[who])

    visitor.get(staff_of(house), status=403)
    visitor.get(staff_of(house, house.people[who].member_id), status=403)


@pytest.mark.parametrize("end", POSTS)
def test_a_manager_changes_nothing_about_the_owner(
    end: str, app: Flask, house: Restaurant, owner_connection: Connection
) -> None:
    manager, boss = at_staff(app, house, "manager"), house.people["owner"]
    with house.inside():
        values = POSTS[end] | {"role_id": str(role_id("server"))}
    page = manager.get(staff_of(house, boss.member_id))
    before = state_of(owner_connection, boss)

    for fragment in (False, True):
        manager.post(staff_of(house, boss.member_id) + end, status=403, fragment=fragment, **values)

    assert "You can look at this person, and change nothing." in page.get_text()
    assert not page.select("main form")
    assert state_of(owner_connection, boss) == before


@pytest.mark.parametrize("end", POSTS)
def test_a_server_changes_nobody_and_not_himself(
    end: str, app: Flask, house: Restaurant, owner_connection: Connection
) -> None:
    server = house.people["server"]
    visitor = signed_in(app, server)
    before = state_of(owner_connection, server)

    visitor.post(staff_of(house, server.member_id) + end, status=403, **POSTS[end])

    assert state_of(owner_connection, server) == before


@pytest.mark.parametrize("end", ["", *POSTS])
def test_another_restaurants_person_is_like_nobody(
    end: str, owner: Visitor, house: Restaurant, diner: Restaurant
) -> None:
    with house.inside():
        values = {"name": "X", "role_id": str(role_id("server")), **POSTS[end]}
    answers = []
    for member_id in (diner.people["charlie"].member_id, new_id()):
        owner.post(staff_of(house, member_id) + end, status=404, **values)
        assert owner.answer is not None
        answers.append(owner.answer.get_data().replace(str(member_id).encode(), b""))

    without_request_id = {re.sub(rb"[0-9a-f-]{36}", b"", answer) for answer in answers}
    assert len(without_request_id) == 1


def test_a_manager_cannot_choose_the_owners_role(app: Flask, house: Restaurant) -> None:
    manager = at_staff(app, house, "manager")

    page = manager.get(f"{staff_of(house)}/add")

    disabled = [option.get_text() for option in page.select("#role_id option[disabled]")]
    assert disabled == ["Owner"]
    with house.inside():
        values = {"name": "Friend", "pin": "8642", "role_id": str(role_id("owner"))}
    manager.submit(manager.form("/add"), values, status=403)


def test_the_last_owner_is_told_why_he_stays(owner: Visitor, house: Restaurant) -> None:
    owner.get(staff_of(house, house.people["owner"].member_id))

    page = owner.submit(owner.form("/deactivate"), status=409)

    assert "A restaurant keeps at least one owner." in page.get_text()
