"""A person is erased, and everything that accounts for money is byte for byte what it was."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from psycopg import Connection, sql

from app.audit.sealing import seal
from app.audit.verifying import verify
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.ids import new_id
from app.identity.actor import Actor
from app.identity.commands import NewMember, add_member
from app.identity.errors import WrongSecret
from app.identity.links import make_link
from app.identity.permissions import ALL
from app.identity.sign_in import sign_in
from app.privacy import commands, queries
from tests.support.restaurants import PASSWORD, Person, Restaurant
from tests.support.takings import void
from tests.support.trade import Wanted, finish, order, owner_of, pay
from tests.support.visitor import Visitor

HOUR = timedelta(hours=1)
BOOKS = (
    "journal_entry",
    "journal_line",
    "fiscal_document",
    "payment",
    "refund",
    "movement",
    "bill",
    "bill_line",
    "line_tax",
    "audit_seal",
)
COLUMNS = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND data_type IN ('text', 'jsonb') ORDER BY 1, 2
"""


@pytest.fixture
def house(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    restaurant = new_restaurant()
    with restaurant.inside():
        bob = restaurant.people["bob"].actor
        pay(restaurant, order(restaurant, Wanted("Margherita", 1, (), "No onions"), actor=bob))
        taken = order(
            restaurant,
            Wanted("Steak", 1, ("Rare",), "For Gina Lolli"),
            actor=bob,
            service_type="takeaway",
        )
        finish(restaurant, taken)
        make_link("invite", restaurant.people["bob"].email, lasts=HOUR, member_id=bob.member_id)
    return restaurant


def books(owner: Connection, house: Restaurant) -> dict[str, list[Any]]:
    found = {}
    for table in BOOKS:
        statement = sql.SQL("SELECT t::text FROM {} t WHERE tenant_id = %s ORDER BY 1")
        rows = owner.execute(statement.format(sql.Identifier(table)), [house.tenant.id])
        found[table] = rows.fetchall()
    return found


def places_of(owner: Connection, word: str) -> list[str]:
    """Every column of the whole database in which a word stands."""
    places = []
    for table, column in owner.execute(COLUMNS).fetchall():
        statement = sql.SQL("SELECT FROM {} WHERE {}::text ILIKE %s LIMIT 1").format(
            sql.Identifier(table), sql.Identifier(column)
        )
        if owner.execute(statement, [f"%{word}%"]).fetchone() is not None:
            places.append(f"{table}.{column}")
    return places


def hire(house: Restaurant, name: str, email: str | None = None) -> Any:
    with house.inside():
        new = NewMember(name=name, role="server", email=email, password=PASSWORD, pin="9731")
        return add_member(owner_of(house), new)


def test_the_books_are_what_they_were_after_a_member_and_a_guest_were_erased(
    house: Restaurant, owner_connection: Connection
) -> None:
    alice, bob = house.people["alice"].actor, house.people["bob"]
    with house.inside():
        seal()
        before = books(owner_connection, house)
        found = queries.find_guests("gina")

        commands.erase_member(alice, bob.member_id)
        commands.erase_guests(alice, [one.id for one in found])

        assert books(owner_connection, house) == before
        seal()
        assert verify().fault == ""
    assert all(before[table] for table in BOOKS if table != "refund")


def test_a_members_name_and_address_stand_nowhere_any_more(
    house: Restaurant, owner_connection: Connection
) -> None:
    name = f"Zebulon{new_id().hex[-8:]}"
    member_id = hire(house, name, f"{name}@x.example")
    with house.inside():
        actor = Actor(member_id, ALL)
        pay(house, order(house, "Margherita", actor=actor))
        void(house, order(house, "Margherita", actor=actor), "Margherita", actor)
    before = places_of(owner_connection, name)

    with house.inside():
        new_name = commands.erase_member(owner_of(house), member_id)

    named = {"member.name", "account.email", "ticket.subtitle", "ticket_line.void_text"}
    assert named <= set(before)
    assert places_of(owner_connection, name) == []
    assert new_name == "Former member 1"


def test_an_account_that_another_restaurant_knows_stays_there(
    house: Restaurant, new_restaurant: Callable[..., Restaurant]
) -> None:
    email, neighbour = f"{new_id().hex}@x.example", new_restaurant()
    here, _there = hire(house, "Zoe", email), hire(neighbour, "Zoe", email)

    with house.inside():
        commands.erase_member(owner_of(house), here)

    with neighbour.inside():
        assert sign_in(email, PASSWORD, "203.0.113.1").token
    with house.inside(), pytest.raises(WrongSecret):
        sign_in(email, PASSWORD, "203.0.113.1")


def test_former_members_are_numbered_and_erased_once(house: Restaurant) -> None:
    alice = house.people["alice"].actor
    with house.inside():
        first = commands.erase_member(alice, house.people["bob"].member_id)
        second = commands.erase_member(alice, house.people["carol"].member_id)
        again = commands.erase_member(alice, house.people["bob"].member_id)

    assert (first, second, again) == ("Former member 1", "Former member 2", "Former member 1")


def test_who_was_erased_is_signed_out_at_once(
    house: Restaurant, client_of: Callable[[Person], Visitor]
) -> None:
    bob = house.people["bob"]
    visitor = client_of(bob)

    with house.inside():
        commands.erase_member(owner_of(house), bob.member_id)

    visitor.get(house.url + "/floor")
    assert visitor.path.endswith("/sign-in")


def test_nobody_erases_himself_or_somebody_who_is_not_there(
    house: Restaurant, trattoria: Restaurant
) -> None:
    alice, bob = house.people["alice"].actor, house.people["bob"].actor
    with house.inside():
        with pytest.raises(Conflict, match="yourself"):
            commands.erase_member(alice, alice.member_id)
        with pytest.raises(NotFound):
            commands.erase_member(alice, trattoria.people["bob"].member_id)
        with pytest.raises(Forbidden):
            commands.erase_member(bob, house.people["carol"].member_id)


def test_a_guests_name_and_notes_stand_nowhere_any_more(
    house: Restaurant, owner_connection: Connection
) -> None:
    name = f"Quentin{new_id().hex[-8:]}"
    with house.inside():
        placed = order(house, Wanted("Steak", 1, ("Rare",), f"for {name}"), service_type="takeaway")
        finish(house, placed)
    owner_connection.execute(
        "UPDATE orders SET pickup_name = %s WHERE id = %s", [name, placed.order_id]
    )
    owner_connection.execute(
        "UPDATE ticket SET title = %s WHERE order_id = %s", [name, placed.order_id]
    )
    before = places_of(owner_connection, name)

    with house.inside():
        found = queries.find_guests(name.lower())
        commands.erase_guests(owner_of(house), [one.id for one in found])

    known = {"orders.pickup_name", "order_line.note", "ticket.title", "ticket_line.note"}
    assert set(before) == known
    assert places_of(owner_connection, name) == []
    assert [one.id for one in found] == [placed.order_id]


def test_a_guest_whose_order_is_open_is_still_needed(house: Restaurant) -> None:
    with house.inside():
        placed = order(house, "Espresso", service_type="takeaway")

        with pytest.raises(Conflict, match="still open"):
            commands.erase_guests(owner_of(house), [placed.order_id])


def test_an_erasure_leaves_one_entry_that_names_nobody(
    house: Restaurant, owner_connection: Connection
) -> None:
    with house.inside():
        commands.erase_member(owner_of(house), house.people["bob"].member_id)

    entries = owner_connection.execute(
        "SELECT subject_id, before, after::text FROM audit_entry"
        " WHERE tenant_id = %s AND act = 'tenant.manage'",
        [house.tenant.id],
    ).fetchall()
    assert entries == [
        (house.people["bob"].member_id, None, '{"erased": "Former member 1"}'),
    ]
