"""Who may erase whom, and that nothing leads to an erased person any more."""

from dataclasses import replace
from typing import Any

import pytest
from psycopg import Connection

from app.core.errors import Conflict, Forbidden, NotFound
from app.identity.actor import Actor
from app.identity.permissions import ALL, TENANT_MANAGE
from app.identity.places import place_member
from app.identity.staff.queries import Wanted
from app.identity.staff.queries import people as listed
from app.identity.tokens.commands import issue_tokens, make_key
from app.privacy import commands, queries
from app.privacy.commands import exporting
from app.privacy.files import draft_of, export_file
from app.tenancy.commands import open_location
from tests.support.packs import Drain
from tests.support.programs import SCOPES, Program
from tests.support.restaurants import HARBOUR, Restaurant
from tests.support.staff import ACTS, hire, state_of
from tests.support.together import together
from tests.support.trade import finish, order, owner_of


def test_nobody_erases_who_may_do_more_or_works_elsewhere_too(
    house: Restaurant, owner_connection: Connection
) -> None:
    alice, bob = house.people["alice"], house.people["bob"]
    keeper = Actor(bob.member_id, frozenset({TENANT_MANAGE}))
    with house.inside():
        harbour = open_location(HARBOUR)
        local = Actor(bob.member_id, ALL, frozenset({harbour}))
    before = state_of(owner_connection, alice)

    for actor in (keeper, local):
        with house.inside(), pytest.raises(Forbidden):
            commands.erase_member(actor, alice.member_id)

    assert state_of(owner_connection, alice) == before


def test_the_last_owner_is_not_erased(house: Restaurant) -> None:
    alice, bob = house.people["alice"], house.people["bob"]

    with house.inside(), pytest.raises(Conflict, match="at least one owner"):
        commands.erase_member(Actor(bob.member_id, ALL), alice.member_id)


def test_who_was_erased_is_nobodys_to_change(house: Restaurant) -> None:
    alice, bob = house.people["alice"].actor, house.people["bob"].member_id
    with house.inside():
        commands.erase_member(alice, bob)

    for act in ACTS.values():
        with house.inside(), pytest.raises(NotFound):
            act(house, alice, bob)
    with house.inside(), pytest.raises(NotFound):
        place_member(alice, bob, [])
    with house.inside():
        assert bob not in {one.member_id for one in listed(alice, Wanted(state="former")).people}


def test_programs_of_who_was_erased_get_in_no_more(
    house: Restaurant, owner_connection: Connection
) -> None:
    with house.inside():
        zoe = replace(hire(owner_of(house), "Zoe", "server"), permissions=ALL)
        key = make_key(zoe, "Till", SCOPES, None)
        issued = issue_tokens(zoe, "Phone", SCOPES)

        commands.erase_member(owner_of(house), zoe.member_id)

    program = Program(house.app, house)
    assert program.prove(key).status_code == 401
    assert program.refresh(str(issued.refresh_token)).status_code == 400
    live = "SELECT FROM api_grant WHERE member_id = %s AND revoked_at IS NULL"
    assert owner_connection.execute(live, [zoe.member_id]).fetchall() == []


def test_a_finished_export_of_who_was_erased_goes_too(house: Restaurant, drain: Drain) -> None:
    alice, bob, carol = (house.people[name] for name in ("alice", "bob", "carol"))
    paths = {}
    for whom in (bob, carol):
        with house.inside():
            export_id = commands.ask_export(alice.actor, "member", [whom.member_id])
        drain()
        with house.inside():
            paths[whom.name] = export_file(export_id)

    with house.inside():
        commands.erase_member(alice.actor, bob.member_id)
        offered = [one.subject_ids for one in queries.exports()]

    assert {name: path.exists() for name, path in paths.items()} == {"Bob": False, "Carol": True}
    assert offered == [(carol.member_id,)]


def test_an_export_that_is_put_together_while_its_person_is_erased_is_not_left_behind(
    house: Restaurant, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = house.people["alice"].actor, house.people["bob"].member_id
    with house.inside():
        export_id = commands.ask_export(alice, "member", [bob])
        path = export_file(export_id)

    def pack_meanwhile(*_arguments: Any) -> bool:
        draft_of(path).write_bytes(b"half of it")
        together(lambda _index: erase_bob(), 1)
        return False

    def erase_bob() -> None:
        with house.inside():
            commands.erase_member(alice, bob)

    monkeypatch.setattr(exporting, "pack_on", pack_meanwhile)
    with house.inside():
        commands.make_export(export_id)

    assert list(path.parent.iterdir()) == []


def test_an_export_of_a_guest_goes_with_his_name(house: Restaurant, drain: Drain) -> None:
    with house.inside():
        finish(house, order(house, "Espresso", service_type="takeaway"))
        taken = [one.id for one in queries.find_guests("gina")]
        export_id = commands.ask_export(owner_of(house), "guest", taken)
    drain()
    with house.inside():
        path = export_file(export_id)
        was_there = path.exists()

        commands.erase_guests(owner_of(house), taken)

        assert (was_there, path.exists(), queries.exports()) == (True, False, [])
