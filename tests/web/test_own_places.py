"""Who works at some locations changes what is theirs, and nothing of the whole restaurant."""

from collections.abc import Callable

import pytest
from flask import Flask
from psycopg import Connection
from sqlalchemy import update

from app.core.access import is_for_everywhere
from app.core.db import execute, transaction
from app.core.ids import new_id
from app.identity.models import Member
from app.identity.permissions import PERMISSIONS
from app.identity.staff.queries import get_person
from tests.architecture.test_routes import ask, calls
from tests.support.chain import open_second, role_id, send_to
from tests.support.restaurants import Restaurant
from tests.support.signing_in import open_device, open_tablet
from tests.support.visitor import Visitor, signed_in

Pair = tuple[Restaurant, Restaurant]


@pytest.fixture
def pair(new_restaurant: Callable[..., Restaurant]) -> Pair:
    first = new_restaurant()
    return first, open_second(first)


def person(app: Flask, restaurant: Restaurant, name: str) -> Visitor:
    return signed_in(app, restaurant.people[name])


def become(restaurant: Restaurant, name: str, role: str) -> None:
    """Give somebody another role of his own."""
    with restaurant.inside(), transaction():
        execute(
            update(Member)
            .where(
                Member.tenant_id == restaurant.tenant.id,
                Member.id == restaurant.people[name].member_id,
            )
            .values(role_id=role_id(restaurant, role))
        )


def test_what_belongs_to_the_restaurant_is_changed_by_who_works_everywhere(
    app: Flask, pair: Pair
) -> None:
    """Every address of no location is either for them alone, or asks about places itself."""
    first, _second = pair
    become(first, "bob", "owner")
    send_to(first, "bob", (first, None))
    bob = person(app, first, "bob")
    tablet = Visitor(app)
    tablet.client = open_tablet(app, first, first.people["alice"])
    tablet.get(f"/t/{first.tenant.slug}/settings/locations")
    open_ones, let_through = set(), []
    for call in calls(app):
        if call.access not in PERMISSIONS or "location" in call.rule.arguments:
            continue
        if not is_for_everywhere(app.view_functions[call.rule.endpoint]):
            open_ones.add(call.rule.endpoint.partition(".")[0])
            continue
        path = call.path(first, new_id())
        answers = [ask(visitor, call, path).status_code for visitor in (bob, tablet)]
        if answers != [403, 403]:
            let_through.append(f"{call}: {answers}")

    assert let_through == []
    # People, devices, entries and a location's settings belong to places, a token to a person.
    assert open_ones == {"staff", "devices", "settings", "tokens", "audit"}


def test_the_settings_of_a_places_manager_lead_to_nothing_that_is_refused(
    app: Flask, pair: Pair
) -> None:
    first, _second = pair
    become(first, "bob", "manager")
    send_to(first, "bob", (first, None))
    bob = person(app, first, "bob")

    page = bob.get(f"/t/{first.tenant.slug}/settings/staff")
    tabs = {link.get_text(strip=True): str(link["href"]) for link in page.select("nav.tabs a")}
    for address in tabs.values():
        bob.get(address)

    assert set(tabs) == {"Staff", "Devices", "Locations", "Audit trail"}


def test_a_places_manager_is_told_of_his_own_people_and_places(app: Flask, pair: Pair) -> None:
    first, second = pair
    become(first, "bob", "manager")
    send_to(first, "bob", (first, None))
    send_to(first, "carol", (second, None))
    send_to(first, "dan", (first, None), (second, "kitchen"))
    bob, carol = person(app, first, "bob"), first.people["carol"]
    staff = f"/t/{first.tenant.slug}/settings/staff"

    listed = bob.get(staff)
    names = {link.get_text(strip=True) for link in listed.select("tbody th a")}
    of_dan = bob.get(f"{staff}/{first.people['dan'].member_id}")
    new = bob.get(f"{staff}/add")
    bob.get(f"{staff}/{carol.member_id}", status=404)

    assert names == {"Alice", "Bob", "Dan"}
    for page in (listed, of_dan, new):
        assert second.location.name not in page.get_text()
        assert str(carol.email) not in page.get_text()


def test_a_role_at_a_place_stays_where_its_manager_saves_the_person(app: Flask, pair: Pair) -> None:
    first, _second = pair
    become(first, "bob", "manager")
    send_to(first, "bob", (first, None))
    send_to(first, "dan", (first, "kitchen"))
    bob, dan = person(app, first, "bob"), first.people["dan"]
    address = f"/t/{first.tenant.slug}/settings/staff/{dan.member_id}"

    bob.get(address)
    bob.submit(bob.form(address), {"location_ids": str(first.location.id)})

    with first.inside():
        kept = get_person(dan.member_id).places
    assert kept == ((first.location.id, role_id(first, "kitchen")),)


def test_devices_are_paired_and_ended_where_ones_role_allows_it(
    app: Flask, pair: Pair, owner_connection: Connection
) -> None:
    first, second = pair
    become(first, "bob", "manager")
    send_to(first, "bob", (first, None), (second, "server"))
    for place in pair:
        open_device(app, place, "tablet")
    bob = person(app, first, "bob")
    devices = f"/t/{first.tenant.slug}/settings/devices"
    there = owner_connection.execute(
        "SELECT id FROM device WHERE location_id = %s", [second.location.id]
    ).fetchone()
    assert there is not None

    assert len(bob.get(devices).select("tbody tr")) == 1
    offered = bob.get(f"{devices}/new").select(
        "main [name=location_id], main [name=location_id] option"
    )
    assert str(second.location.id) not in {str(it.get("value")) for it in offered}
    wanted = {"kind": "tablet", "name": "Mine", "idem": str(new_id())}
    bob.send(devices, wanted | {"location_id": second.location.id}, status=404)
    bob.get(f"{devices}/{there[0]}", status=404)
    bob.post(f"{devices}/{there[0]}", status=404, fragment=False, name="Mine")
    bob.post(f"{devices}/{there[0]}/code", status=403, fragment=False)
    bob.post(f"{devices}/{there[0]}/revoke", status=403, fragment=False)
    bob.send(devices, wanted | {"location_id": first.location.id})


def test_somebody_who_works_everywhere_always_manages_the_account(app: Flask, pair: Pair) -> None:
    first, _second = pair
    become(first, "bob", "owner")
    send_to(first, "bob", (first, None))
    alice = person(app, first, "alice")
    address = f"/t/{first.tenant.slug}/settings/staff/{first.people['alice'].member_id}"
    alice.get(address)

    refused = alice.submit(
        alice.form(address), {"location_ids": str(first.location.id)}, status=409
    )

    assert "A restaurant keeps at least one owner." in refused.get_text()
    alice.get(f"/t/{first.tenant.slug}/settings/privacy")
