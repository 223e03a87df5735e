"""What is done to people, and that nobody reaches beyond himself by it."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection

from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.ids import new_id
from app.identity.actor import Actor
from app.identity.logins import open_login
from app.identity.permissions import ROLES, STAFF_MANAGE
from app.identity.queries import find_login
from app.identity.staff import invitations, people
from app.identity.staff.people import Work
from app.identity.staff.queries import Wanted, get_person
from app.identity.staff.queries import people as listed
from app.tenancy.commands import open_location
from tests.support.restaurants import HARBOUR, Restaurant
from tests.support.staff import ACTS, EVERY_ROLE, hire, renamed, role_id, state_of


@pytest.fixture(scope="module")
def staffed(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    """A restaurant where each role is one person's."""
    return new_restaurant(EVERY_ROLE)


@pytest.fixture
def house(staffed: Restaurant) -> Iterator[Restaurant]:
    """The same, with the test inside its tenant."""
    with staffed.inside():
        yield staffed


@pytest.fixture
def owner(house: Restaurant) -> Actor:
    return house.people["owner"].actor


@pytest.fixture(scope="module")
def harbour(staffed: Restaurant) -> UUID:
    """A second location."""
    with staffed.inside():
        return open_location(HARBOUR)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("who", "whom"),
    [("manager", "owner"), ("server", "server"), ("accountant", "kitchen"), ("cashier", "owner")],
)
def test_nobody_touches_a_person_who_may_do_more(
    act: str, who: str, whom: str, house: Restaurant, owner_connection: Connection
) -> None:
    person = house.people[whom]
    before = state_of(owner_connection, person)

    with pytest.raises(Forbidden):
        ACTS[act](house, house.people[who].actor, person.member_id)

    assert state_of(owner_connection, person) == before


@pytest.mark.parametrize("act", ACTS)
def test_who_answers_for_one_place_touches_nobody_of_another(
    act: str, house: Restaurant, owner: Actor, harbour: UUID
) -> None:
    here = hire(owner, "Local", "manager", harbour)
    there = hire(owner, "Other", "server", house.location.id)
    everywhere = hire(owner, "Roaming", "server")

    for whom in (there, everywhere):
        with pytest.raises(Forbidden):
            ACTS[act](house, here, whom.member_id)


@pytest.mark.parametrize("act", ACTS)
def test_a_person_of_another_restaurant_is_nobody(
    act: str, house: Restaurant, owner: Actor, diner: Restaurant
) -> None:
    for member_id in (diner.people["charlie"].member_id, new_id()):
        with pytest.raises(NotFound):
            ACTS[act](house, owner, member_id)


def test_nobody_gives_a_role_beyond_his_own(house: Restaurant) -> None:
    manager = house.people["manager"].actor
    server = house.people["server"].member_id
    for work in (Work(name="X", role_id=role_id("owner")),):
        with pytest.raises(Forbidden):
            people.add(manager, work, pin="8642")
        with pytest.raises(Forbidden):
            people.change(manager, server, work)
        with pytest.raises(Forbidden):
            people.change(manager, manager.member_id, work)
        with pytest.raises(Forbidden):
            invitations.invite(manager, house.tenant, work, "friend@x.example")


@pytest.mark.usefixtures("house")
def test_nobody_places_himself_at_more_places(owner: Actor, harbour: UUID) -> None:
    local = hire(owner, "Local", "manager", harbour)
    everywhere = Work(name="Local", role_id=role_id("manager"))

    with pytest.raises(Forbidden):
        people.change(local, local.member_id, everywhere)
    with pytest.raises(Forbidden):
        people.add(local, everywhere, pin="8642")


def test_a_place_or_role_of_another_restaurant_is_none(
    house: Restaurant, owner: Actor, diner: Restaurant
) -> None:
    with diner.inside():
        foreign = role_id("server")
    server = house.people["server"].member_id
    for work in (
        Work(name="X", role_id=foreign),
        Work(name="X", role_id=role_id("server"), places=((diner.location.id, None),)),
        Work(name="X", role_id=role_id("server"), places=((house.location.id, foreign),)),
    ):
        with pytest.raises(NotFound):
            people.add(owner, work, pin="8642")
        with pytest.raises(NotFound):
            people.change(owner, server, work)


def test_another_role_ends_sessions_and_another_name_does_not(
    house: Restaurant, owner: Actor
) -> None:
    sam = hire(owner, "Sam", "server")
    token = open_login(sam.member_id)

    people.change(owner, sam.member_id, renamed(sam.member_id))
    kept = find_login(token)
    people.change(owner, sam.member_id, Work(name="Sam", role_id=role_id("cashier")))

    assert kept
    assert find_login(token) is None
    moved = open_login(sam.member_id)
    work = Work(name="Sam", role_id=role_id("cashier"), places=((house.location.id, None),))
    people.change(owner, sam.member_id, work)
    assert find_login(moved) is None


def test_another_role_can_count_at_one_place(
    house: Restaurant, owner: Actor, harbour: UUID
) -> None:
    places = ((house.location.id, None), (harbour, role_id("kitchen")))
    work = Work(name="Kim", role_id=role_id("server"), places=places)

    member_id = people.add(owner, work, pin="8642")

    login = find_login(open_login(member_id))
    assert login
    assert login.person.actor.at(harbour).permissions == ROLES["kitchen"]
    assert set(get_person(member_id).places) == set(places)


@pytest.mark.usefixtures("house")
def test_who_leaves_keeps_no_session_and_no_invitation(
    owner: Actor, owner_connection: Connection, staffed: Restaurant
) -> None:
    lee = hire(owner, "Lee", "server")
    token = open_login(lee.member_id)
    invitations.send(owner, staffed.tenant, lee.member_id, "lee@x.example")

    people.deactivate(owner, lee.member_id)

    assert find_login(token) is None
    shown = get_person(lee.member_id)
    assert (shown.state, shown.invited_email) == ("former", None)
    links = owner_connection.execute(
        "SELECT count(*) FROM email_link WHERE member_id = %s", [lee.member_id]
    ).fetchone()
    assert links == (0,)


@pytest.mark.usefixtures("house")
def test_who_comes_back_has_no_session_from_before(owner: Actor) -> None:
    lee = hire(owner, "Lee", "server")
    token = open_login(lee.member_id)

    people.deactivate(owner, lee.member_id)
    people.reactivate(owner, lee.member_id)

    assert get_person(lee.member_id).state == "active"
    assert find_login(token) is None


def test_the_last_owner_stays(house: Restaurant, owner: Actor) -> None:
    less = Work(name="Owner", role_id=role_id("manager"))
    acts: list[Callable[[], None]] = [
        lambda: people.deactivate(owner, owner.member_id),
        lambda: people.change(owner, owner.member_id, less),
    ]
    for act in acts:
        with pytest.raises(Conflict, match="at least one owner"):
            act()

    assert get_person(house.people["owner"].member_id).state == "active"
    other = hire(owner, "Second", "owner")
    people.deactivate(other, owner.member_id)
    people.reactivate(other, owner.member_id)
    people.deactivate(owner, other.member_id)


@pytest.mark.usefixtures("house")
def test_a_pin_by_lot_differs_and_is_kept_hashed(
    owner: Actor, owner_connection: Connection
) -> None:
    sam = hire(owner, "Sam", "server")

    pins = {people.give_new_pin(owner, sam.member_id, None) for _ in range(8)}

    (kept,) = owner_connection.execute(
        "SELECT pin_hash FROM member WHERE id = %s", [sam.member_id]
    ).fetchone() or ("",)
    assert len(pins) > 1
    assert all(len(pin) == 4 and pin.isdigit() for pin in pins)
    assert kept.startswith("$argon2id$")
    people.clear_pin(owner, sam.member_id)
    assert not get_person(sam.member_id).has_pin


@pytest.mark.usefixtures("house")
def test_each_act_stands_in_the_audit_trail_before_and_after(
    owner: Actor, owner_connection: Connection
) -> None:
    sam = hire(owner, "Sam", "server")
    server, cashier = role_id("server"), role_id("cashier")
    people.change(owner, sam.member_id, Work(name="Sam", role_id=cashier))
    people.clear_pin(owner, sam.member_id)
    people.deactivate(owner, sam.member_id)

    entries = owner_connection.execute(
        "SELECT act, actor_id, before, after FROM audit_entry WHERE subject_id = %s ORDER BY id",
        [sam.member_id],
    ).fetchall()

    assert {(act, actor) for act, actor, _before, _after in entries} == {
        (STAFF_MANAGE, owner.member_id)
    }
    changes = [(before, after) for _act, _actor, before, after in entries]
    assert (
        {"role_id": str(server), "renamed": False},
        {"role_id": str(cashier), "renamed": False},
    ) in changes
    assert ({"pin": "set"}, {"pin": None}) in changes
    assert ({"state": "active"}, {"state": "former"}) in changes


@pytest.mark.usefixtures("house")
def test_a_name_of_blanks_is_refused(owner: Actor) -> None:
    with pytest.raises(Invalid):
        people.add(owner, Work(name="   ", role_id=role_id("server")), pin="8642")


def test_the_list_is_searched_and_filtered(
    new_restaurant: Callable[..., Restaurant],
) -> None:
    house = new_restaurant(EVERY_ROLE)
    with house.inside():
        owner = house.people["owner"].actor
        harbour = open_location(HARBOUR)
        zoe = hire(owner, "Zoë 100%", "server", harbour)
        people.deactivate(owner, hire(owner, "Gone", "server").member_id)
        invitations.invite(
            owner, house.tenant, Work(name="Ida", role_id=role_id("server")), "Ida@x.example"
        )

        def names(**wanted: Any) -> list[str]:
            return [one.name for one in listed(owner, Wanted(**wanted)).people]

        assert len(names()) == len(ROLES) + 2
        assert names(search="zoë") == ["Zoë 100%"]
        assert names(search="100%") == ["Zoë 100%"]
        assert names(search="%") == ["Zoë 100%"]
        assert names(search="IDA@X") == ["Ida"]
        assert names(search="server@") == ["Server"]
        assert names(state="invited") == ["Ida"]
        assert names(state="former") == ["Gone"]
        assert names(role_id=role_id("server")) == ["Ida", "Server", "Zoë 100%"]
        assert "Zoë 100%" not in names(location_id=house.location.id)
        assert "Zoë 100%" in names(location_id=harbour)
        assert get_person(zoe.member_id).email is None


def test_a_long_list_has_pages(new_restaurant: Callable[..., Restaurant]) -> None:
    house = new_restaurant()
    with house.inside():
        owner = house.people["alice"].actor
        for number in range(60):
            work = Work(name=f"N {number:02}", role_id=role_id("server"))
            people.add(owner, work, invited_email=f"n{number}@x.example")
        first, second, beyond = (listed(owner, Wanted(page=page)) for page in (1, 2, 9))

    assert (first.total, first.pages, len(first.people)) == (64, 2, 50)
    assert len(second.people) == 14
    assert beyond == second


def test_emails_of_another_restaurant_are_not_told(
    trattoria: Restaurant, diner: Restaurant
) -> None:
    with diner.inside():
        told = {one.email for one in listed(diner.people["charlie"].actor, Wanted()).people}

    assert diner.people["charlie"].email in told
    assert not told & {person.email for person in trattoria.people.values()}
