"""Two owners who turn each other out at the same moment: one of them stays."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from psycopg import Connection

from app.core.errors import DomainError
from app.identity.staff import people, roles
from app.identity.staff.people import Work
from tests.support.restaurants import TRATTORIA, Restaurant
from tests.support.staff import role_id
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

        (left,) = owner_connection.execute(
            "SELECT count(*) FROM member m JOIN role r ON (r.tenant_id, r.id)"
            " = (m.tenant_id, m.role_id) WHERE m.tenant_id = %s AND m.active"
            " AND r.permissions ? 'tenant.manage'",
            [house.tenant.id],
        ).fetchone() or (0,)
        assert left == 1
        assert sorted(told) == ["done", "last_owner"]


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


def _try(house: Restaurant, act: Callable[[], None]) -> str:
    with house.inside():
        try:
            act()
        except DomainError as refused:
            return refused.code
    return "done"
