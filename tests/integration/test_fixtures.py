"""The fixtures themselves: what every other test stands on."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from psycopg import Connection
from sqlalchemy import select, text

from app.core import stream
from app.core.db import execute, transaction
from app.identity.models import Member
from app.menu.models import Item
from tests.support.restaurants import Cast, Restaurant
from tests.support.samples import ITEMS


@pytest.mark.usefixtures("in_tenant")
def test_the_application_is_the_restricted_role() -> None:
    assert execute(text("SELECT current_user")).scalar_one() == "nib_app"


def test_each_restaurant_sees_its_own_menu(trattoria: Restaurant, diner: Restaurant) -> None:
    for restaurant in (trattoria, diner):
        with restaurant.inside():
            ids = set(execute(select(Item.id)).scalars())
        assert ids == set(restaurant.items.values())
        assert len(ids) == len(ITEMS)


@pytest.mark.usefixtures("in_tenant")
def test_the_cast_has_its_roles(cast: Cast) -> None:
    assert cast.alice.actor.may("tenant.manage")
    assert not cast.bob.actor.may("order.void_fired")
    named = {one.member_id for one in vars(cast).values()}
    there = execute(select(Member.id)).scalars()
    assert named - {cast.charlie.member_id} <= set(there)


def test_a_new_restaurant_is_another_tenant(
    new_restaurant: Callable[..., Restaurant], trattoria: Restaurant
) -> None:
    assert new_restaurant().tenant.id != trattoria.tenant.id


def test_drain_sends_what_a_commit_left(
    in_tenant: Restaurant, drain: Callable[..., None], owner_connection: Connection
) -> None:
    with transaction():
        stream.changed(in_tenant.location.id, "floor")

    drain()

    unsent = owner_connection.execute(
        "SELECT count(*) FROM outbox"
        " WHERE sent_at IS NULL AND seq IS NOT NULL AND location_id = %s",
        [in_tenant.location.id],
    )
    assert unsent.fetchone() == (0,)


@pytest.mark.usefixtures("in_tenant")
def test_the_recorder_counts_statements(
    query_recorder: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    with query_recorder() as queries:
        execute(select(Item.id))
        execute(select(Member.id))

    assert len(queries) == 2
