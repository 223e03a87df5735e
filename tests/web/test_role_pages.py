"""The roles' pages: sets of permissions, and no way to more than one has."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from psycopg import Connection

from app.core.errors import Forbidden
from app.core.ids import new_id
from app.identity.actor import Actor
from app.identity.logins import open_login
from app.identity.permissions import (
    ALL,
    ASKED,
    MENU_EDIT,
    ORDER_CREATE,
    ORDER_TRANSFER,
    ROLE_MANAGE,
    ROLES,
    STAFF_MANAGE,
)
from app.identity.queries import find_login
from app.identity.staff import people, roles
from app.identity.staff.people import Work
from app.identity.staff.queries import get_role
from tests.support.restaurants import Restaurant
from tests.support.staff import EVERY_ROLE, hire, role_id
from tests.support.visitor import Visitor, signed_in

CLERK = (ORDER_CREATE, ROLE_MANAGE, STAFF_MANAGE)


@pytest.fixture(scope="module")
def house(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    """A restaurant where each role is one person's."""
    return new_restaurant(EVERY_ROLE)


@pytest.fixture
def owner(app: Flask, house: Restaurant) -> Visitor:
    """The owner at the list of roles."""
    visitor = signed_in(app, house.people["owner"])
    visitor.get(roles_of(house))
    return visitor


@pytest.fixture(scope="module")
def clerk(house: Restaurant) -> Actor:
    """One who manages roles and people, and may do little else."""
    boss = house.people["owner"].actor
    with house.inside():
        held = roles.add_role(boss, "Office", CLERK)
        member_id = people.add(boss, Work(name="Cleo", role_id=held), pin="8642")
    return Actor(member_id, frozenset(CLERK))


def roles_of(house: Restaurant, some_id: object = "") -> str:
    """The list's address, or a role's."""
    return f"/t/{house.tenant.slug}/settings/roles" + (f"/{some_id}" if some_id else "")


def a_role(house: Restaurant, name: str, *permissions: str) -> UUID:
    """A role of the restaurant's own."""
    with house.inside():
        return roles.add_role(house.people["owner"].actor, name, permissions)


def test_a_role_is_made_changed_and_deleted_on_its_pages(owner: Visitor, house: Restaurant) -> None:
    owner.get(f"{roles_of(house)}/new")
    owner.submit(owner.form("/new"), {"name": "Host", "permissions": [ORDER_CREATE]})
    assert owner.page is not None
    link = next(a for a in owner.page.select("tbody a") if a.get_text(strip=True) == "Host")
    address = str(link["href"])

    owner.get(address)
    owner.submit(owner.form(address), {"name": "Hostess", "permissions": [ORDER_CREATE, MENU_EDIT]})
    page = owner.get(address)

    ticked = {str(box["value"]) for box in page.select("[name=permissions][checked]")}
    assert "Hostess" in page.get_text()
    assert ticked == {ORDER_CREATE, MENU_EDIT}
    owner.submit(owner.form("/delete"))
    owner.get(address, status=404)


def test_the_owners_role_stays_whole(owner: Visitor, house: Restaurant) -> None:
    with house.inside():
        whole = role_id("owner")
    page = owner.get(roles_of(house, whole))

    assert len(page.select("[name=permissions][checked][disabled]")) == len(ASKED)
    owner.post(roles_of(house, whole), status=409, name="Boss", permissions=[ORDER_CREATE])
    owner.post(f"{roles_of(house, whole)}/delete", status=409)
    with house.inside():
        assert get_role(whole).permissions == ALL


def test_what_no_act_needs_yet_is_offered_to_nobody(owner: Visitor, house: Restaurant) -> None:
    with house.inside():
        server, whole = role_id("server"), role_id("owner")
    listed = owner.get(roles_of(house))
    shown = {row["id"]: row.select_one("td.num") for row in listed.select("tbody tr")}

    page = owner.get(roles_of(house, server))
    offered = {str(box["value"]) for box in page.select("[name=permissions]")}
    told = {at: " ".join(cell.get_text().split()) for at, cell in shown.items() if cell}

    assert offered == ASKED
    assert "Cash drawers" not in page.get_text()
    assert told[f"role-{whole}"] == f"{len(ASKED)} of {len(ASKED)}"
    assert told[f"role-{server}"] == f"{len(ROLES['server'] & ASKED)} of {len(ASKED)}"
    owner.get(f"{roles_of(house)}/new")
    form = owner.form("/new")
    owner.submit(form, {"name": "Host", "permissions": [ORDER_TRANSFER]}, status=422)


def test_a_role_keeps_what_no_act_needs_yet(owner: Visitor, house: Restaurant) -> None:
    held = a_role(house, "Waiter", ORDER_CREATE, ORDER_TRANSFER)
    address = roles_of(house, held)
    with house.inside():
        work = Work(name="Wes", role_id=held)
        token = open_login(people.add(house.people["owner"].actor, work, pin="8642"))

    owner.get(address)
    owner.submit(owner.form(address), {"name": "Waitress", "permissions": [ORDER_CREATE]})
    with house.inside():
        renamed, seated = get_role(held), find_login(token)
    owner.get(address)
    owner.submit(owner.form(address), {"name": "Waitress", "permissions": [MENU_EDIT]})

    assert renamed.name == "Waitress"
    assert renamed.permissions == {ORDER_CREATE, ORDER_TRANSFER}
    assert seated, "what the role lets do is the same: nobody is signed out"
    with house.inside():
        assert get_role(held).permissions == {MENU_EDIT, ORDER_TRANSFER}


def test_what_one_lacks_is_shown_and_cannot_be_ticked(
    app: Flask, house: Restaurant, clerk: Actor
) -> None:
    with house.inside():
        token = open_login(clerk.member_id)
    visitor = Visitor(app)
    visitor.client.set_cookie("nibblix", token)

    page = visitor.get(f"{roles_of(house)}/new")

    enabled = {str(box["value"]) for box in page.select("[name=permissions]:not([disabled])")}
    assert enabled == set(CLERK)
    assert len(page.select("[name=permissions]")) == len(ASKED)
    form = visitor.form("/new")
    visitor.submit(form, {"name": "Editor", "permissions": [MENU_EDIT]}, status=403)


def test_a_role_that_somebody_holds_is_not_deleted(owner: Visitor, house: Restaurant) -> None:
    with house.inside():
        held = role_id("server")

    answer = owner.post(f"{roles_of(house, held)}/delete", status=409)

    assert "Somebody holds this role." in answer.get_text()


@pytest.mark.parametrize("name", ["Server", "  STOCK   clerk ", "owner", "Owner"])
def test_two_roles_have_two_names(owner: Visitor, house: Restaurant, name: str) -> None:
    owner.get(f"{roles_of(house)}/new")

    page = owner.submit(
        owner.form("/new"), {"name": name, "permissions": [ORDER_CREATE]}, status=422
    )

    assert "Another role has this name." in page.get_text()
    assert page.select_one(f"[name=permissions][value='{ORDER_CREATE}'][checked]")


def test_nobody_reaches_beyond_himself_by_a_role(house: Restaurant, clerk: Actor) -> None:
    more = a_role(house, "More", ORDER_CREATE, MENU_EDIT)
    less = a_role(house, "Less", ORDER_CREATE)
    with house.inside():
        office = role_id("Office")
        acts: list[Callable[[], object]] = [
            lambda: roles.change_role(clerk, office, "Office", ALL),
            lambda: roles.change_role(clerk, less, "Less", [MENU_EDIT]),
            lambda: roles.change_role(clerk, more, "More", [ORDER_CREATE]),
            lambda: roles.delete_role(clerk, more),
            lambda: roles.add_role(clerk, "Mine", [MENU_EDIT]),
            lambda: people.change(clerk, clerk.member_id, Work(name="Cleo", role_id=more)),
            lambda: people.add(clerk, Work(name="Friend", role_id=more), pin="8642"),
        ]
        for act in acts:
            with pytest.raises(Forbidden):
                act()
        roles.change_role(clerk, less, "Little", CLERK)
        assert get_role(more).permissions == {ORDER_CREATE, MENU_EDIT}


def test_who_works_at_one_place_changes_no_role(house: Restaurant) -> None:
    local = Actor(new_id(), ALL, frozenset({house.location.id}))
    with house.inside(), pytest.raises(Forbidden):
        roles.change_role(local, role_id("server"), "Server", [ORDER_CREATE])


def test_a_changed_role_ends_the_sessions_of_who_holds_it(house: Restaurant) -> None:
    boss = house.people["owner"].actor
    held = a_role(house, "Runner", ORDER_CREATE)
    with house.inside():
        runner = people.add(boss, Work(name="Rob", role_id=held), pin="8642")
        other = hire(boss, "Sue", "server")
        token, kept = open_login(runner), open_login(other.member_id)

        roles.change_role(boss, held, "Runners", [ORDER_CREATE])
        renamed = find_login(token)
        roles.change_role(boss, held, "Runners", [ORDER_CREATE, MENU_EDIT])

        assert renamed
        assert find_login(token) is None
        assert find_login(kept)


def test_another_restaurants_role_is_like_none(
    owner: Visitor, house: Restaurant, diner: Restaurant
) -> None:
    with diner.inside():
        foreign = role_id("server")
    for some_id in (foreign, new_id()):
        owner.get(roles_of(house, some_id), status=404)
        owner.post(roles_of(house, some_id), status=404, name="X", permissions=[ORDER_CREATE])
        owner.post(f"{roles_of(house, some_id)}/delete", status=404)


def test_a_permission_that_is_none_is_refused(owner: Visitor, house: Restaurant) -> None:
    owner.get(f"{roles_of(house)}/new")

    owner.submit(owner.form("/new"), {"name": "Odd", "permissions": ["all.of.it"]}, status=422)


def test_a_role_in_the_audit_trail_tells_before_and_after(
    house: Restaurant, owner_connection: Connection
) -> None:
    held = a_role(house, "Valet", ORDER_CREATE)
    with house.inside():
        roles.change_role(house.people["owner"].actor, held, "Valet", [MENU_EDIT])

    row = owner_connection.execute(
        "SELECT act, before, after FROM audit_entry WHERE subject_id = %s ORDER BY id DESC LIMIT 1",
        [held],
    ).fetchone()
    assert row == (
        ROLE_MANAGE,
        {"permissions": [ORDER_CREATE], "name": "Valet"},
        {"permissions": [MENU_EDIT], "name": "Valet"},
    )
