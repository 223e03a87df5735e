"""Where people work, and in which role there: given by those who have as much at that place."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from psycopg import Connection

from app.core.errors import Forbidden, Invalid, NotFound
from app.core.ids import new_id
from app.identity.actor import Actor
from app.identity.colleagues import colleagues
from app.identity.commands import NewMember, add_member, set_pin
from app.identity.permissions import ROLES, STAFF_MANAGE
from app.identity.places import Place, get_standing, place_member
from app.identity.staff import people
from app.identity.staff.people import Work
from tests.support.chain import open_second, role_id, send_to
from tests.support.restaurants import TRATTORIA, Restaurant
from tests.support.trade import owner_of

Pair = tuple[Restaurant, Restaurant]


@pytest.fixture
def pair(new_restaurant: Callable[..., Restaurant]) -> Pair:
    staff = {"alice": "owner", "bob": "server", "carol": "kitchen", "mia": "manager"}
    first = new_restaurant(replace(TRATTORIA, staff=staff))
    return first, open_second(first)


def standing(restaurant: Restaurant, name: str) -> Actor:
    """Somebody as the database knows him."""
    with restaurant.inside():
        return get_standing(restaurant.people[name].member_id)


def place(restaurant: Restaurant, actor: Actor, name: str, *places: Place) -> None:
    with restaurant.inside():
        place_member(actor, restaurant.people[name].member_id, places)


def test_another_role_counts_at_its_place_alone(pair: Pair) -> None:
    first, second = pair
    send_to(first, "bob", (first, None), (second, "manager"))

    bob = standing(first, "bob")

    assert bob.at(None).permissions == ROLES["server"]
    assert bob.at(first.location.id).permissions == ROLES["server"]
    assert bob.at(second.location.id).permissions == ROLES["manager"]
    assert bob.location_ids == frozenset({first.location.id, second.location.id})


def test_a_lesser_role_at_a_place_takes_permissions_away_there(pair: Pair) -> None:
    first, second = pair
    send_to(first, "mia", (first, None), (second, "server"))

    mia = standing(first, "mia").at(second.location.id)

    with pytest.raises(Forbidden):
        mia.require(STAFF_MANAGE)


def test_at_a_tablet_people_approve_by_their_role_of_that_place(pair: Pair) -> None:
    first, second = pair
    send_to(first, "bob", (first, None), (second, "manager"))

    with first.inside():
        held = {
            place.location.id: {one.name: one.permissions for one in colleagues(place.location.id)}
            for place in pair
        }

    assert held[first.location.id]["Bob"] == ROLES["server"]
    assert held[second.location.id]["Bob"] == ROLES["manager"]


def test_no_place_means_every_place_in_the_own_role(pair: Pair) -> None:
    first, second = pair
    send_to(first, "bob", (second, "manager"))
    send_to(first, "bob")

    bob = standing(first, "bob")

    assert bob.location_ids is None
    assert bob.at(second.location.id).permissions == ROLES["server"]


def test_the_audit_trail_says_where_somebody_worked_and_works(
    pair: Pair, owner_connection: Connection
) -> None:
    first, second = pair
    send_to(first, "bob", (first, None))
    send_to(first, "bob", (second, "kitchen"))

    entry = owner_connection.execute(
        "SELECT actor_id, before, after FROM audit_entry WHERE subject_id = %s"
        " ORDER BY id DESC LIMIT 1",
        [first.people["bob"].member_id],
    ).fetchone()
    assert entry == (
        owner_of(first).member_id,
        {"places": {str(first.location.id): None}},
        {"places": {str(second.location.id): str(role_id(first, "kitchen"))}},
    )


def test_nobody_gives_a_role_that_he_lacks_at_that_place(pair: Pair) -> None:
    first, second = pair
    send_to(first, "mia", (first, None), (second, "server"))
    mia, manager = standing(first, "mia"), role_id(first, "manager")

    with pytest.raises(Forbidden):
        place(first, mia, "bob", (second.location.id, manager))
    with pytest.raises(Forbidden):
        place(first, mia, "bob", (first.location.id, role_id(first, "owner")))
    with pytest.raises(Forbidden):  # nor to himself
        place(first, mia, "mia", (first.location.id, None), (second.location.id, manager))


def test_who_manages_one_place_rules_over_nobody_elsewhere(pair: Pair) -> None:
    first, second = pair
    send_to(first, "mia", (first, None))
    send_to(first, "bob", (second, None))
    send_to(first, "carol", (first, None))
    mia, here = standing(first, "mia"), (first.location.id, None)

    place(first, mia, "carol", here)
    with pytest.raises(Forbidden):  # takes somebody away from the other place
        place(first, mia, "bob", here)
    with pytest.raises(Forbidden):  # sends somebody there
        place(first, mia, "carol", here, (second.location.id, None))
    with pytest.raises(Forbidden):  # everywhere is there as well
        place(first, mia, "carol")
    with pytest.raises(Forbidden):  # an owner works everywhere
        place(first, mia, "alice", here)


def test_who_manages_one_place_hires_and_sets_pins_for_it_alone(pair: Pair) -> None:
    first, second = pair
    send_to(first, "mia", (first, None))
    send_to(first, "bob", (first, None), (second, "manager"))
    mia = standing(first, "mia").at(first.location.id)
    new = NewMember(name="Nina", role="server", pin="9753")

    with first.inside():
        with pytest.raises(Forbidden):
            add_member(mia, new)
        with pytest.raises(Forbidden):
            add_member(mia, replace(new, places=((second.location.id, None),)))
        with pytest.raises(Forbidden):  # as bob he would manage the other place
            set_pin(mia, first.people["bob"].member_id, "9753")
        nina = add_member(mia, replace(new, places=((first.location.id, None),)))
        set_pin(mia, nina, "9754")


def test_where_somebody_is_hired_for_stands_in_the_trail_once(
    pair: Pair, owner_connection: Connection
) -> None:
    first, second = pair
    role = role_id(first, "server")
    with first.inside():
        work = Work(name="Nina", role_id=role, places=((second.location.id, None),))
        nina = people.add(owner_of(first), work, pin="9753")

    told = owner_connection.execute(
        "SELECT after FROM audit_entry WHERE subject_id = %s", [nina]
    ).fetchall()
    assert told == [({"role_id": str(role), "places": {str(second.location.id): None}},)]


def test_who_manages_one_place_may_give_a_lesser_role_there(pair: Pair) -> None:
    first, second = pair
    send_to(first, "mia", (first, None))
    mia = standing(first, "mia").at(first.location.id)
    here = ((first.location.id, role_id(first, "server")),)
    with first.inside():
        nina = people.add(mia, Work(name="Nina", role_id=role_id(first, "kitchen"), places=here))
        there = ((second.location.id, role_id(first, "server")),)
        with pytest.raises(Forbidden):
            people.add(mia, Work(name="Otto", role_id=role_id(first, "kitchen"), places=there))

        assert get_standing(nina).at(first.location.id).permissions == ROLES["server"]


def test_a_server_places_nobody(pair: Pair) -> None:
    first, second = pair

    with pytest.raises(Forbidden):
        place(first, first.people["bob"].actor, "carol", (second.location.id, None))


def test_what_is_not_there_is_not_found(pair: Pair, diner: Restaurant) -> None:
    first, _second = pair
    alice = owner_of(first)

    for location_id in (new_id(), diner.location.id):
        with pytest.raises(NotFound, match="location"):
            place(first, alice, "bob", (location_id, None))
    for role in (new_id(), role_id(diner, "server")):
        with pytest.raises(NotFound, match="role"):
            place(first, alice, "bob", (first.location.id, role))
    for member in (new_id(), diner.people["charlie"].member_id):
        with first.inside(), pytest.raises(NotFound, match="member"):
            place_member(alice, member, [(first.location.id, None)])
    with pytest.raises(Invalid, match="twice"):
        place(first, alice, "bob", (first.location.id, None), (first.location.id, None))
