"""The audit trail as it is read by somebody who works at some locations only."""

from collections.abc import Callable

import pytest
from psycopg import Connection
from sqlalchemy import update

from app.core.db import execute, transaction
from app.identity.models import Member
from tests.support.chain import open_second, role_id, send_to
from tests.support.restaurants import Person, Restaurant
from tests.support.trail import alert, note, path, shown
from tests.support.visitor import Visitor


@pytest.fixture
def harbour(house: Restaurant) -> Restaurant:
    """A second location, whose manager is Bob; Carol works at the first one alone."""
    second = open_second(house)
    with house.inside(), transaction():
        execute(
            update(Member)
            .where(Member.tenant_id == house.tenant.id, Member.name == "Bob")
            .values(role_id=role_id(house, "manager"))
        )
    send_to(house, "bob", (second, None))
    send_to(house, "carol", (house, None))
    return second


def test_who_works_at_one_place_reads_of_no_other_and_not_of_the_whole_restaurant(
    house: Restaurant, harbour: Restaurant, client_of: Callable[[Person], Visitor]
) -> None:
    bob, alice = (house.people[name].member_id for name in ("bob", "alice"))
    note(house, reason="at old town")
    note(harbour, reason="at the harbour", actor_id=alice)
    note(house, "staff.manage", reason="everywhere", location_id=None, actor_id=alice)
    note(house, "staff.manage", reason="my own", location_id=None, actor_id=bob)
    visitor = client_of(house.people["bob"])

    page = visitor.get(path(house))
    table = visitor.client.get(path(house) + "/export.csv").get_data(as_text=True)
    asked = visitor.get(f"{path(house)}?location={house.location.id}")

    for text in (page.get_text(), table):
        read = [it in text for it in ("at old town", "at the harbour", "everywhere", "my own")]
        assert read == [False, True, False, True]
    assert shown(asked) == []
    offered = {str(it["value"]) for it in page.select("select option")}
    assert {str(bob), str(alice), str(harbour.location.id)} <= offered
    assert not {str(house.location.id), str(house.people["carol"].member_id)} & offered


def test_what_is_said_of_the_whole_restaurant_is_for_who_works_everywhere(
    house: Restaurant,
    harbour: Restaurant,
    client_of: Callable[[Person], Visitor],
    owner_connection: Connection,
) -> None:
    alert_id = alert(owner_connection, house)
    bob = client_of(house.people["bob"])

    trail = bob.get(path(house))
    board = bob.get(harbour.url + "/dashboard")
    bob.get(path(house) + "/chain", status=403)
    aside = {"csrf_token": bob.token}
    answer = bob.client.post(f"{path(house)}/alerts/{alert_id}/aside", data=aside)

    assert not trail.select(f'.alerts, a[href="{path(house)}/chain"]')
    assert "An access token was copied" not in board.get_text()
    assert answer.status_code == 403
