"""Who is a manager at one location, by a role there, reaches its settings and no other's."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from psycopg import Connection
from sqlalchemy import update

from app.core.access import is_for_everywhere, is_for_somewhere
from app.core.db import execute, transaction
from app.core.errors import Forbidden
from app.core.ids import new_id
from app.identity.models import Member
from app.identity.permissions import PERMISSIONS
from app.identity.places import get_standing
from app.identity.staff import people
from app.identity.staff.people import Work
from app.identity.staff.queries import get_person
from tests.architecture.test_routes import calls
from tests.support.chain import open_second, role_id, send_to
from tests.support.restaurants import Restaurant
from tests.support.signing_in import open_device
from tests.support.visitor import Visitor, signed_in


@dataclass(frozen=True)
class Scene:
    """Bob, a server, manages the first of two places and waits at the second.

    Dan works at the first, Carol at the second, Alice owns it all.
    """

    first: Restaurant
    second: Restaurant
    bob: Visitor

    @property
    def settings(self) -> str:
        return f"/t/{self.first.tenant.slug}/settings"

    def person(self, name: str) -> str:
        return f"{self.settings}/staff/{self.first.people[name].member_id}"


def become(restaurant: Restaurant, name: str, role: str) -> None:
    """Give somebody another role of his own."""
    wanted = role_id(restaurant, role)
    with restaurant.inside(), transaction():
        execute(
            update(Member)
            .where(Member.tenant_id == restaurant.tenant.id)
            .where(Member.id == restaurant.people[name].member_id)
            .values(role_id=wanted)
        )


@pytest.fixture
def scene(app: Flask, new_restaurant: Callable[..., Restaurant]) -> Scene:
    first = new_restaurant()
    second = open_second(first)
    send_to(first, "bob", (first, "manager"), (second, None))
    send_to(first, "dan", (first, None))
    send_to(first, "carol", (second, None))
    become(first, "dan", "server")
    become(first, "carol", "server")
    return Scene(first, second, signed_in(app, first.people["bob"]))


def test_each_address_of_no_location_says_where_its_permission_counts(app: Flask) -> None:
    undecided = {
        call.rule.endpoint
        for call in calls(app)
        if call.access in PERMISSIONS and "location" not in call.rule.arguments
        for view in [app.view_functions[call.rule.endpoint]]
        if not (is_for_everywhere(view) or is_for_somewhere(view))
    }

    assert undecided == {"tokens.issue"}  # a token is its member's own


def test_he_is_led_to_what_he_may_open(scene: Scene) -> None:
    home = scene.bob.get(f"{scene.first.url}/dashboard")
    tabs = scene.bob.get(f"{scene.settings}/devices").select("nav.tabs a")
    for link in tabs:
        scene.bob.get(str(link["href"]))

    assert "Settings" in home.get_text()
    assert [link.get_text(strip=True) for link in tabs] == [
        "Staff",
        "Devices",
        "Locations",
        "Audit trail",
    ]
    for elsewhere in ("roles", "brand", "domains", "privacy", "locations/new"):
        scene.bob.get(f"{scene.settings}/{elsewhere}", status=403)


def test_he_pairs_devices_there_alone(
    app: Flask, scene: Scene, owner_connection: Connection
) -> None:
    for place in (scene.first, scene.second):
        open_device(app, place, "tablet")
    devices = f"{scene.settings}/devices"
    there = owner_connection.execute(
        "SELECT id FROM device WHERE location_id = %s", [scene.second.location.id]
    ).fetchone()
    assert there is not None

    listed = scene.bob.get(devices)
    new = scene.bob.get(f"{devices}/new")
    wanted = {"kind": "tablet", "name": "Mine", "idem": str(new_id())}
    scene.bob.send(devices, wanted | {"location_id": scene.first.location.id})

    assert len(listed.select("tbody tr")) == 1
    assert str(scene.second.location.id) not in str(new.select_one("main"))
    scene.bob.send(devices, wanted | {"location_id": scene.second.location.id}, status=404)
    scene.bob.get(f"{devices}/{there[0]}", status=404)
    scene.bob.post(f"{devices}/{there[0]}/revoke", status=403, fragment=False)


def test_he_sets_up_that_location_alone(scene: Scene) -> None:
    locations = f"{scene.settings}/locations"
    here, there = (f"{locations}/{place.location.id}" for place in (scene.first, scene.second))

    listed = scene.bob.get(locations)
    scene.bob.get(here)
    scene.bob.submit(scene.bob.form(f"/{scene.first.location.id}"), {"name": "Bob's"})
    scene.bob.get(f"{here}/taxes")
    scene.bob.submit(scene.bob.form("/taxes"))

    assert [one.get_text(strip=True) for one in listed.select("tbody th")] == ["Old Town"]
    assert "Bob's" in scene.bob.get(locations).get_text()
    for page in (there, f"{there}/taxes"):
        scene.bob.get(page, status=403)
        scene.bob.post(page, status=403, fragment=False, name="Mine")


def test_he_manages_who_works_there_and_nowhere_else(scene: Scene) -> None:
    listed = scene.bob.get(f"{scene.settings}/staff")
    names = {link.get_text(strip=True) for link in listed.select("tbody th a")}
    scene.bob.get(scene.person("dan"))
    form = scene.bob.form(scene.person("dan"))
    kitchen = {
        "location_ids": str(scene.first.location.id),
        f"role_at-{scene.first.location.id}": str(role_id(scene.first, "kitchen")),
    }
    scene.bob.submit(form, kitchen)
    scene.bob.post(f"{scene.person('dan')}/sign-out", fragment=False)

    with scene.first.inside():
        kept = get_person(scene.first.people["dan"].member_id).places
    assert names == {"Alice", "Bob", "Dan"}
    assert kept == ((scene.first.location.id, role_id(scene.first, "kitchen")),)
    scene.bob.get(scene.person("carol"), status=404)
    scene.bob.post(f"{scene.person('carol')}/sign-out", status=403, fragment=False)


@pytest.mark.parametrize("act", ["pin", "pin/clear", "sign-out", "deactivate", "reactivate"])
def test_he_does_nothing_to_who_works_at_the_other_place_too(scene: Scene, act: str) -> None:
    """Both are servers there: he could do as much, and yet does not manage that place."""
    send_to(scene.first, "dan", (scene.first, None), (scene.second, None))

    page = scene.bob.get(scene.person("dan"))
    refused = scene.bob.post(f"{scene.person('dan')}/{act}", status=403, fragment=False)

    assert "You can look at this person, and change nothing." in page.get_text()
    assert "You may not manage the staff" in refused.get_text()


def test_he_hires_for_his_place_and_no_other(scene: Scene) -> None:
    first, second = scene.first, scene.second
    server = role_id(first, "server")
    work = {
        place: Work(name="New", role_id=server, places=tuple((at, None) for at in ids))
        for place, ids in {
            "first": [first.location.id],
            "second": [second.location.id],
            "both": [first.location.id, second.location.id],
            "everywhere": [],
        }.items()
    }
    manager = role_id(first, "manager")
    promoted = Work(name="New", role_id=manager, places=((first.location.id, None),))
    with first.inside():
        bob = get_standing(first.people["bob"].member_id)
        for place in ("second", "both", "everywhere"):
            with pytest.raises(Forbidden):
                people.add(bob, work[place], pin="8642")
        hired = people.add(bob, work["first"], pin="8642")
        with pytest.raises(Forbidden):
            people.change(bob, hired, work["both"])
        with pytest.raises(Forbidden):
            people.change(bob, hired, promoted)  # his own role would count at the second one too


def test_he_reads_of_that_place_alone(scene: Scene) -> None:
    said = scene.bob.get(f"{scene.settings}/audit").select("[name=location] option")

    assert [one.get_text(strip=True) for one in said] == ["Any", "Old Town"]


def test_a_manager_who_waits_at_each_of_his_places_reaches_no_settings(
    app: Flask, scene: Scene
) -> None:
    become(scene.first, "dan", "manager")
    send_to(scene.first, "dan", (scene.second, "server"))
    dan = signed_in(app, scene.first.people["dan"])

    for page in ("devices", "locations", "staff", "audit"):
        dan.get(f"{scene.settings}/{page}", status=403)
