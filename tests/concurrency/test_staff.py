"""Two at the same moment: owners who turn each other out, invitations, a role that goes."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from psycopg import Connection

from app.core.errors import DomainError
from app.identity.staff import invitations, people, roles
from app.identity.staff.invitations import Answer
from app.identity.staff.people import Work
from app.privacy.commands import erase_member
from tests.support.restaurants import TRATTORIA, Restaurant
from tests.support.staff import link_mailed, role_id, token_in
from tests.support.together import together

ROUNDS = 5
OWNERS = replace(TRATTORIA, staff={"ann": "owner", "ben": "owner", "sam": "server"})


def leave(house: Restaurant, who: str, whom: str) -> None:
    """Deactivate somebody."""
    people.deactivate(house.people[who].actor, house.people[whom].member_id)


def demote(house: Restaurant, who: str, whom: str) -> None:
    """Make somebody a manager."""
    work = Work(name=whom, role_id=role_id("manager"))
    people.change(house.people[who].actor, house.people[whom].member_id, work)


def erase(house: Restaurant, who: str, whom: str) -> None:
    """Replace somebody by a number."""
    erase_member(house.people[who].actor, house.people[whom].member_id)


@pytest.mark.parametrize(
    ("first", "second", "crossed"),
    [
        (leave, leave, True),
        (demote, demote, True),
        (leave, demote, True),
        (leave, leave, False),
        (demote, leave, False),
    ],
    ids=["leave", "demote", "leave and demote", "each leaves", "each goes by himself"],
)
def test_an_owner_is_left(
    first: Callable[..., None],
    second: Callable[..., None],
    *,
    crossed: bool,
    new_restaurant: Callable[..., Restaurant],
    owner_connection: Connection,
) -> None:
    for _ in range(ROUNDS):
        house = new_restaurant(OWNERS)
        pairs = (("ann", "ben"), ("ben", "ann")) if crossed else (("ann", "ann"), ("ben", "ben"))
        acts = [partial(first, house, *pairs[0]), partial(second, house, *pairs[1])]

        told = together(lambda index: _try(house, acts[index]), 2)  # noqa: B023 (called at once)

        assert _owners(owner_connection, house) == 1
        assert sorted(told) in (["done", "last_owner"], ["done", "former"])


@pytest.mark.parametrize("other", [erase, leave, demote], ids=["erased", "left", "demoted"])
def test_an_owner_is_left_when_one_erases_the_other(
    other: Callable[..., None],
    new_restaurant: Callable[..., Restaurant],
    owner_connection: Connection,
) -> None:
    for _ in range(ROUNDS):
        house = new_restaurant(OWNERS)
        acts = [partial(erase, house, "ann", "ben"), partial(other, house, "ben", "ann")]

        told = together(lambda index: _try(house, acts[index]), 2)  # noqa: B023 (called at once)

        assert _owners(owner_connection, house) == 1
        assert told.count("done") == 1
        assert set(told) <= {"done", "last_owner", "former"}


def test_who_was_erased_meanwhile_erases_nobody(
    new_restaurant: Callable[..., Restaurant], owner_connection: Connection
) -> None:
    trio = replace(OWNERS, staff={**OWNERS.staff, "cleo": "owner"})
    for _ in range(ROUNDS):
        house = new_restaurant(trio)
        pairs = (("ann", "ben"), ("ben", "ann"))

        told = together(lambda index: _try(house, partial(erase, house, *pairs[index])), 2)  # noqa: B023 (called at once)

        assert sorted(told) == ["done", "former"]
        assert _owners(owner_connection, house) == 2


def test_a_role_is_not_deleted_while_somebody_gets_it(
    new_restaurant: Callable[..., Restaurant],
) -> None:
    for _ in range(ROUNDS):
        house = new_restaurant(OWNERS)
        owner, sam = house.people["ann"].actor, house.people["sam"]
        with house.inside():
            host = roles.add_role(owner, "Host", ["order.create"])
        acts = [
            partial(people.change, owner, sam.member_id, Work(name="Sam", role_id=host)),
            partial(roles.delete_role, owner, host),
        ]

        told = together(lambda index: _try(house, acts[index]), 2)  # noqa: B023 (called at once)

        assert sorted(told) in (["done", "role_held"], ["done", "no_role"])


def test_of_two_invitations_to_one_address_one_is_sent(
    new_restaurant: Callable[..., Restaurant], owner_connection: Connection
) -> None:
    house = new_restaurant(OWNERS)
    owner = house.people["ann"].actor

    def invite(index: int) -> str:
        def act() -> None:
            work = Work(name=f"Ida {index}", role_id=role_id("server"))
            invitations.invite(owner, house.tenant, work, f"Ida@{house.tenant.slug}.example")

        return _try(house, act)

    assert sorted(together(invite, 3)) == ["done", "invited", "invited"]
    (mails,) = owner_connection.execute(
        "SELECT count(*) FROM outbox WHERE tenant_id = %s AND handler = 'mail.send'",
        [house.tenant.id],
    ).fetchone() or (0,)
    assert mails == 1


def test_of_two_who_follow_one_link_one_is_in(
    new_restaurant: Callable[..., Restaurant], owner_connection: Connection
) -> None:
    house = new_restaurant(OWNERS)
    with house.inside():
        work = Work(name="Ida", role_id=role_id("server"))
        email = f"ida@{house.tenant.slug}.example"
        invitations.invite(house.people["ann"].actor, house.tenant, work, email)
    token = token_in(link_mailed(house, owner_connection))

    def accept(index: int) -> str:
        password = f"a sentence of number {index}"
        answer = Answer(
            token=token, password=password, pin="8642", address=str(index), restaurant=""
        )
        return _try(house, lambda: invitations.accept(answer))

    told = together(accept, 2)

    assert told.count("done") == 1


def _owners(owner: Connection, house: Restaurant) -> int:
    (left,) = owner.execute(
        "SELECT count(*) FROM member m JOIN role r ON (r.tenant_id, r.id)"
        " = (m.tenant_id, m.role_id) WHERE m.tenant_id = %s AND m.active"
        " AND r.permissions ? 'tenant.manage'",
        [house.tenant.id],
    ).fetchone() or (0,)
    return int(left)


def _try(house: Restaurant, act: Callable[[], object]) -> str:
    with house.inside():
        try:
            act()
        except DomainError as refused:
            return refused.code
    return "done"
