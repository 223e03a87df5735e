"""Tickets: made when lines are fired, worked through by the cook, told to the floor."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from psycopg import Connection
from sqlalchemy import select

from app.core import clock
from app.core.db import execute
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.tenant import current_tenant_id
from app.kitchen import commands, queries
from app.kitchen.views import TicketView
from app.ordering.commands import serve_lines, void_line
from app.ordering.models import Line
from tests.support.kitchen import send, tickets_of, wanted
from tests.support.restaurants import Cast, Restaurant


@pytest.fixture
def house(new_restaurant: Callable[..., Restaurant]) -> Iterator[Restaurant]:
    """A restaurant of the test's own, with empty boards."""
    restaurant = new_restaurant()
    with restaurant.inside():
        yield restaurant


def _bump(house: Restaurant, ticket: TicketView) -> None:
    commands.bump(house.people["carol"].actor, house.location, ticket.id, ticket.version)


def _line_states(order_id: UUID) -> list[str]:
    states = execute(
        select(Line.state)
        .where(Line.tenant_id == current_tenant_id(), Line.order_id == order_id)
        .order_by(Line.position)
    )
    return list(states.scalars())


def _void(house: Restaurant, order_id: UUID) -> None:
    line = execute(
        select(Line.id, Line.version)
        .where(Line.tenant_id == current_tenant_id(), Line.order_id == order_id)
        .order_by(Line.position)
    ).first()
    assert line is not None
    alice = house.people["alice"].actor
    void_line(alice, house.location, line.id, line.version, reason="mistake", made=False)


def test_each_station_gets_its_part_of_a_firing(house: Restaurant) -> None:
    order_id = send(house, wanted(house, "Margherita", "Olives", "No basil"), "Espresso", "Water")

    tickets = tickets_of(house, order_id)

    assert {name: [line.name for line in found.lines] for name, found in tickets.items()} == {
        "Kitchen": ["Margherita"],
        "Bar": ["Espresso", "Water"],
    }
    assert tickets["Kitchen"].also_at == (("Bar", False),)
    marks = [(modifier.mark, modifier.name) for modifier in tickets["Kitchen"].lines[0].modifiers]
    assert marks == [("NO", "basil"), ("ADD", "Olives")]
    assert "Bob" in tickets["Bar"].subtitle
    assert "2 guests" in tickets["Bar"].subtitle


def test_allergies_and_sizes_are_on_the_ticket(house: Restaurant) -> None:
    line = replace(wanted(house, "Gelato/Large"), allergies=(("nuts", 2),), note="two spoons")

    ticket = tickets_of(house, send(house, line))["Kitchen"]

    assert ticket.lines[0].name == "Gelato Large"
    assert ticket.lines[0].allergies == (("nuts", 2),)
    assert ticket.lines[0].note == "two spoons"


def test_a_freed_slot_rests_before_it_is_given_again(house: Restaurant) -> None:
    first = tickets_of(house, send(house, "Bruschetta"))["Kitchen"]
    second = tickets_of(house, send(house, "Bruschetta"))["Kitchen"]
    _bump(house, first)

    at_once = tickets_of(house, send(house, "Bruschetta"))["Kitchen"]
    with clock.use(clock.now() + timedelta(seconds=3)):
        later = tickets_of(house, send(house, "Bruschetta"))["Kitchen"]

    assert [first.slot, second.slot, at_once.slot, later.slot] == [1, 2, 3, 1]


def test_a_line_is_ready_when_every_station_is_done_with_it(house: Restaurant) -> None:
    order_id = send(house, "Bruschetta", "Espresso")

    _bump(house, tickets_of(house, order_id)["Kitchen"])

    assert _line_states(order_id) == ["ready", "fired"]
    assert tickets_of(house, order_id)["Bar"].also_at == (("Kitchen", True),)


def test_ticking_every_line_makes_a_ticket_ready(house: Restaurant) -> None:
    order_id = send(house, "Bruschetta", "Gelato/Small")
    carol = house.people["carol"].actor
    first, second = tickets_of(house, order_id)["Kitchen"].lines

    commands.tick_line(carol, house.location, first.id, done=True)
    half = tickets_of(house, order_id)["Kitchen"]
    commands.tick_line(carol, house.location, second.id, done=True)
    ready = tickets_of(house, order_id)["Kitchen"]
    commands.tick_line(carol, house.location, first.id, done=False)
    again = tickets_of(house, order_id)["Kitchen"]

    assert [half.state, ready.state, again.state] == ["open", "ready", "open"]
    assert half.version == again.version, "a tick must not refuse a bump on another screen"
    assert _line_states(order_id) == ["fired", "ready"]


def test_a_bump_of_what_the_cook_did_not_see_is_refused(house: Restaurant) -> None:
    order_id = send(house, "Bruschetta", "Gelato/Small")
    seen = tickets_of(house, order_id)["Kitchen"]
    _void(house, order_id)

    with pytest.raises(Conflict) as stale:
        _bump(house, seen)
    with pytest.raises(Conflict) as unconfirmed:
        _bump(house, tickets_of(house, order_id)["Kitchen"])

    assert stale.value.code == "ticket_changed"
    assert unconfirmed.value.code == "void_unconfirmed"


def test_a_confirmed_void_lets_the_rest_be_bumped(house: Restaurant) -> None:
    order_id = send(house, "Bruschetta", "Gelato/Small")
    _void(house, order_id)
    struck = tickets_of(house, order_id)["Kitchen"]

    commands.confirm_void(house.people["carol"].actor, house.location, struck.id)
    _bump(house, tickets_of(house, order_id)["Kitchen"])

    assert struck.has_void
    assert struck.lines[0].void_text == "voided by Alice"
    assert tickets_of(house, order_id)["Kitchen"].state == "bumped"
    assert _line_states(order_id) == ["voided", "ready"]


def test_a_ticket_of_nothing_but_voids_leaves_when_confirmed(house: Restaurant) -> None:
    order_id = send(house, "Bruschetta")
    _void(house, order_id)

    ticket = tickets_of(house, order_id)["Kitchen"]
    commands.confirm_void(house.people["carol"].actor, house.location, ticket.id)

    assert tickets_of(house, order_id)["Kitchen"].state == "bumped"
    assert _line_states(order_id) == ["voided"]


def test_bumping_twice_is_bumping_once(house: Restaurant) -> None:
    ticket = tickets_of(house, send(house, "Bruschetta"))["Kitchen"]

    _bump(house, ticket)
    _bump(house, ticket)

    found = queries.find_ticket(house.location.id, ticket.id)
    assert found is not None
    assert (found.state, found.version) == ("bumped", ticket.version + 1)


def test_an_undo_brings_the_ticket_back_to_its_slot(house: Restaurant) -> None:
    order_id = send(house, "Bruschetta")
    ticket = tickets_of(house, order_id)["Kitchen"]
    _bump(house, ticket)
    bumped = tickets_of(house, order_id)["Kitchen"]

    commands.recall(house.people["carol"].actor, house.location, bumped.id, bumped.version)

    back = tickets_of(house, order_id)["Kitchen"]
    assert (back.state, back.slot, back.bumped_at) == ("open", ticket.slot, None)
    assert _line_states(order_id) == ["fired"]


def test_a_recall_after_five_seconds_needs_its_own_permission(house: Restaurant) -> None:
    order_id = send(house, "Bruschetta")
    _bump(house, tickets_of(house, order_id)["Kitchen"])
    bumped = tickets_of(house, order_id)["Kitchen"]
    carol = house.people["carol"].actor
    cook = replace(carol, permissions=carol.permissions - {"kitchen.recall"})

    with clock.use(clock.now() + timedelta(seconds=6)), pytest.raises(Forbidden):
        commands.recall(cook, house.location, bumped.id, bumped.version)
    with clock.use(clock.now() + timedelta(seconds=6)):
        commands.recall(carol, house.location, bumped.id, bumped.version)

    assert tickets_of(house, order_id)["Kitchen"].state == "open"


def test_a_bump_after_serving_leaves_the_line_served(house: Restaurant) -> None:
    order_id = send(house, "Bruschetta")
    line_id = execute(
        select(Line.id).where(Line.tenant_id == current_tenant_id(), Line.order_id == order_id)
    ).scalar_one()
    serve_lines(house.people["bob"].actor, house.location, order_id, [line_id])

    _bump(house, tickets_of(house, order_id)["Kitchen"])

    assert _line_states(order_id) == ["served"]


def test_another_restaurants_ticket_does_not_exist(house: Restaurant, diner: Restaurant) -> None:
    ticket = tickets_of(house, send(house, "Bruschetta"))["Kitchen"]
    charlie = diner.people["charlie"].actor

    with diner.inside(), pytest.raises(NotFound):
        commands.bump(charlie, diner.location, ticket.id, ticket.version)
    with diner.inside(), pytest.raises(NotFound):
        queries.board(diner.location.id, house.stations["Kitchen"])


def test_a_server_may_not_bump(house: Restaurant, cast: Cast) -> None:
    ticket = tickets_of(house, send(house, "Bruschetta"))["Kitchen"]

    with pytest.raises(Forbidden):
        commands.bump(cast.bob.actor, house.location, ticket.id, ticket.version)


def test_all_day_counts_what_is_undone_everywhere_alike(house: Restaurant) -> None:
    send(house, wanted(house, "Bruschetta", quantity=2))
    done = tickets_of(house, send(house, "Bruschetta", "Margherita"))["Kitchen"].lines[1]
    commands.tick_line(house.people["carol"].actor, house.location, done.id, done=True)
    station = house.stations["Kitchen"]

    board = queries.board(house.location.id, station)

    assert [(count.amount, count.name) for count in board.all_day] == [("3", "Bruschetta")]
    assert queries.all_day([station])[station] == board.all_day


def test_bumped_tickets_can_be_recalled_newest_first(house: Restaurant) -> None:
    tickets = [tickets_of(house, send(house, "Bruschetta"))["Kitchen"] for _ in range(3)]
    for ticket in tickets:
        _bump(house, ticket)

    found = queries.recallable(house.location.id, house.stations["Kitchen"])

    assert [ticket.id for ticket in found] == [ticket.id for ticket in reversed(tickets)]
    day = queries.today(house.location.id, house.stations["Kitchen"])
    assert day.on_time == 100
    assert day.median is not None


def test_only_the_first_screen_that_shows_a_ticket_is_noted(
    house: Restaurant, owner_connection: Connection
) -> None:
    ticket = tickets_of(house, send(house, "Bruschetta"))["Kitchen"]
    count = "SELECT count(*) FROM outbox WHERE location_id = %s AND seq IS NOT NULL"

    commands.mark_seen(house.location, ticket.station_id, [ticket.id])
    once = owner_connection.execute(count, [house.location.id]).fetchone()
    commands.mark_seen(house.location, ticket.station_id, [ticket.id])
    twice = owner_connection.execute(count, [house.location.id]).fetchone()

    found = queries.find_ticket(house.location.id, ticket.id)
    assert found is not None
    assert found.seen_at is not None
    assert once == twice


@pytest.mark.parametrize("orders", [1, 12])
def test_the_board_takes_three_queries_however_many_tickets(
    house: Restaurant,
    query_recorder: Callable[[], AbstractContextManager[list[str]]],
    orders: int,
) -> None:
    for _ in range(orders):
        send(house, "Bruschetta", "Espresso", "Margherita")

    with query_recorder() as statements:
        board = queries.board(house.location.id, house.stations["Kitchen"])

    assert len(board.tickets) == orders
    assert len(statements) <= 3
