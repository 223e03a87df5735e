"""What opens nothing any more, or what no row names, is thrown away without being asked."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from psycopg import Connection

from app.brand.commands import set_logo
from app.core import clock, files
from app.core.ids import new_id
from app.identity.tokens.domain import HONOURED, REFRESH_LASTS
from app.identity.tokens.keys import rotate_signing_key
from app.onboarding.commands import sign_up
from app.privacy.commands import keeping
from app.privacy.commands.closing import UNFOUNDED_AFTER
from tests.support import pictures
from tests.support.programs import a_pair
from tests.support.restaurants import Restaurant
from tests.support.trade import owner_of


def test_what_a_killed_process_left_of_a_picture_goes_and_pictures_stay(
    new_restaurant: Callable[..., Restaurant],
) -> None:
    house = new_restaurant()
    with house.inside():
        set_logo(owner_of(house), pictures.picture())
        folder = files.folder_of(house.tenant.id)
        [kept] = folder.iterdir()
        (folder / ".half.webp").write_bytes(b"half")

    with house.inside(), clock.use(clock.now() + timedelta(days=1)):
        keeping.enforce()

    assert list(folder.iterdir()) == [kept]


def count(owner: Connection, table: str, restaurant: Restaurant) -> int:
    statement = f"SELECT count(*) FROM {table} WHERE tenant_id = %s"
    row = owner.execute(statement.encode(), [restaurant.tenant.id]).fetchone()
    assert row is not None
    return int(row[0])


def test_what_opens_nothing_any_more_is_thrown_away(
    new_restaurant: Callable[..., Restaurant], owner_connection: Connection
) -> None:
    """Refresh tokens that ran out, and keys whose tokens ran out; not a moment before."""
    restaurant = new_restaurant()
    a_pair(restaurant, restaurant.people["alice"])
    with restaurant.inside():
        rotate_signing_key()
    left = []
    for passed in (HONOURED - timedelta(minutes=1), HONOURED, REFRESH_LASTS):
        with restaurant.inside(), clock.use(clock.now() + passed + timedelta(seconds=1)):
            keeping.enforce()
        left.append(
            [count(owner_connection, it, restaurant) for it in ("signing_key", "refresh_token")]
        )

    assert left == [[2, 1], [1, 1], [1, 0]]


def test_a_restaurant_that_nobody_came_to_open_is_closed(
    app: Flask, owner_connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = f"{new_id().hex}@founders.example"
    with app.app_context():
        sign_up(email)
    waiting = (
        "SELECT count(*) FROM tenant t JOIN email_link l ON l.tenant_id = t.id"
        " WHERE l.email = %s AND closed_at IS NULL"
    )

    counts = []
    for passed in (UNFOUNDED_AFTER - timedelta(hours=1), UNFOUNDED_AFTER + timedelta(hours=1)):
        with app.app_context(), clock.use(clock.now() + passed):
            monkeypatch.setattr(keeping, "_nights", {})
            keeping.enforce_nightly()
        row = owner_connection.execute(waiting, [email]).fetchone()
        assert row is not None
        counts.append(row[0])

    assert counts == [1, 0]
