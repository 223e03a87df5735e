"""The staff's pages: the list, what is done to a person there, and what a refused form keeps."""

import re
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from psycopg import Connection

from app.core.ids import new_id
from app.tenancy.commands import open_location
from tests.support.restaurants import HARBOUR, Restaurant
from tests.support.staff import EVERY_ROLE, at_staff, hire, role_id, staff_of
from tests.support.visitor import Visitor, signed_in


@pytest.fixture(scope="module")
def house(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    """A restaurant where each role is one person's."""
    return new_restaurant(EVERY_ROLE)


@pytest.fixture
def owner(app: Flask, house: Restaurant) -> Visitor:
    """The owner at the list of people."""
    return at_staff(app, house, "owner")


def hired(house: Restaurant, name: str, role: str = "server") -> str:
    """The id of somebody new with a PIN."""
    with house.inside():
        return str(hire(house.people["owner"].actor, name, role).member_id)


def text_of(page: BeautifulSoup) -> str:
    """What a page says, in single blanks."""
    return re.sub(r"\s+", " ", page.get_text(" "))


def test_the_list_tells_role_place_and_way_in(owner: Visitor, house: Restaurant) -> None:
    page = owner.get(staff_of(house))

    row = page.select_one(f"#person-{house.people['stock_clerk'].member_id}")
    assert row is not None
    assert "Stock clerk" in row.get_text()
    assert house.people["stock_clerk"].email in row.get_text()
    for word in ("PIN", "everywhere", "active"):
        assert word in row.get_text()


def test_a_persons_page_still_names_who_looks(owner: Visitor, house: Restaurant) -> None:
    page = owner.get(staff_of(house, house.people["server"].member_id))

    (reader,) = page.select(".self")
    assert reader.get_text(strip=True) == "Owner"


def test_the_search_is_a_fragment_and_an_address(owner: Visitor, house: Restaurant) -> None:
    address = f"{staff_of(house)}?q=kit&state=active"

    fragment = owner.get(address, fragment=True)
    page = owner.get(address)

    assert fragment.find("html") is None
    for shown in (fragment, page):
        assert [link.get_text(strip=True) for link in shown.select("tbody th a")] == ["Kitchen"]
    field = page.select_one("input[name=q]")
    assert field is not None
    assert field["value"] == "kit"


def test_a_search_for_nobody_leads_back_to_everybody(owner: Visitor, house: Restaurant) -> None:
    page = owner.get(f"{staff_of(house)}?q=nobody-like-this")

    assert "Nobody like that" in page.get_text()
    assert page.select_one(f".empty a[href='{staff_of(house)}']")


def test_a_filter_that_means_nothing_is_refused(owner: Visitor, house: Restaurant) -> None:
    for query in ("state=x", "role=x", "page=0", "page=99999999999"):
        owner.get(f"{staff_of(house)}?{query}", status=422)


def test_a_pin_only_person_is_added_once(
    owner: Visitor, house: Restaurant, owner_connection: Connection
) -> None:
    page = owner.get(f"{staff_of(house)}/add")
    role = page.find("option", string="Server")
    assert role is not None
    values = {"name": "Pia", "pin": "8642", "role_id": role["value"], "idem": str(new_id())}

    owner.submit(owner.form("/add"), values)
    owner.get(f"{staff_of(house)}/add")
    owner.submit(owner.form("/add"), values)

    assert owner.page is not None
    assert "Pia" in owner.page.get_text()
    (count,) = owner_connection.execute(
        "SELECT count(*) FROM member WHERE tenant_id = %s AND name = 'Pia'", [house.tenant.id]
    ).fetchone() or (0,)
    assert count == 1


def test_a_refused_form_comes_back_with_what_was_written(owner: Visitor, house: Restaurant) -> None:
    owner.get(f"{staff_of(house)}/add")
    with house.inside():
        role = str(role_id("cashier"))

    page = owner.submit(
        owner.form("/add"), {"name": "Pia", "pin": "12", "role_id": role}, status=422
    )

    assert "A PIN has 4 digits." in page.get_text()
    assert page.select_one("input[name=name][value=Pia]")
    assert page.select_one(f"option[value='{role}'][selected]")


def test_a_person_is_changed_with_and_without_a_script(owner: Visitor, house: Restaurant) -> None:
    member_id = hired(house, "Sam")
    for name, fragment in (("Sam One", False), ("Sam Two", True)):
        owner.get(staff_of(house, member_id))
        owner.submit(
            owner.form(f"/staff/{member_id}"),
            {"name": name},
            fragment=fragment,
            status=204 if fragment else 200,
        )

        assert name in owner.get(staff_of(house, member_id)).get_text()


def test_another_place_and_the_role_there_are_chosen_on_the_page(
    app: Flask, new_restaurant: Callable[..., Restaurant]
) -> None:
    house = new_restaurant(EVERY_ROLE)
    with house.inside():
        harbour = str(open_location(HARBOUR))
        kitchen = str(role_id("kitchen"))
    member_id = hired(house, "Sam")
    owner = at_staff(app, house, "owner")
    owner.get(staff_of(house, member_id))

    owner.submit(
        owner.form(f"/staff/{member_id}"),
        {"location_ids": [harbour], f"role_at-{harbour}": kitchen},
    )

    page = owner.get(staff_of(house, member_id))
    assert page.select_one(f"input[name=location_ids][value='{harbour}'][checked]")
    assert not page.select_one(f"input[name=location_ids][value='{house.location.id}'][checked]")
    assert page.select_one(f"[name='role_at-{harbour}'] option[value='{kitchen}'][selected]")


def test_a_pin_by_lot_is_shown_once(owner: Visitor, house: Restaurant) -> None:
    member_id = hired(house, "Sam")
    owner.get(staff_of(house, member_id))

    page = owner.submit(owner.form("/pin"))

    shown = page.select_one(".new-pin")
    assert shown is not None
    pin = shown.get_text()
    assert re.fullmatch(r"\d{4}", pin)
    assert owner.answer is not None
    assert owner.answer.headers["Cache-Control"] == "no-store"
    assert not owner.get(staff_of(house, member_id)).select(".new-pin")


def test_who_is_deactivated_is_signed_out_and_can_come_back(
    app: Flask, new_restaurant: Callable[..., Restaurant]
) -> None:
    house = new_restaurant(EVERY_ROLE)
    boss, server = at_staff(app, house, "owner"), house.people["server"]
    theirs = signed_in(app, server)
    boss.get(staff_of(house, server.member_id))

    boss.submit(boss.form("/deactivate"))

    answer = theirs.client.get(f"/t/{house.tenant.slug}/pin")
    assert "/sign-in" in answer.headers["Location"]
    assert "Coming back" in boss.get(staff_of(house, server.member_id)).get_text()
    boss.submit(boss.form("/reactivate"))
    signed_in(app, server)


def test_sessions_are_listed_and_ended(
    app: Flask, new_restaurant: Callable[..., Restaurant]
) -> None:
    house = new_restaurant(EVERY_ROLE)
    boss, server = at_staff(app, house, "owner"), house.people["server"]
    theirs = [signed_in(app, server) for _ in range(2)]
    page = boss.get(staff_of(house, server.member_id))

    boss.submit(boss.form("/sign-out"))

    assert len(page.select("#sessions li")) == 2
    assert [one.client.get(f"/t/{house.tenant.slug}/pin").status_code for one in theirs] == [
        302
    ] * 2


def test_a_hostile_name_is_text(owner: Visitor, house: Restaurant) -> None:
    name = "<script>alert(1)</script>{{7*7}}"
    member_id = hired(house, name)

    for path in (staff_of(house), staff_of(house, member_id)):
        page = owner.get(path)
        assert name in page.get_text()
        assert "49" not in text_of(page)
