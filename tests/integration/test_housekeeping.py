"""What the clock throws away, and what it keeps."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from flask import Flask
from psycopg import Connection
from sqlalchemy import select, update

from app.brand.commands import set_logo
from app.core import clock, files
from app.core.db import end_reading, execute, transaction
from app.core.models import Outbox
from app.core.outbox import later
from app.core.tenant import current_tenant_id
from app.identity.housekeeping import KEPT, tidy
from app.identity.tokens.domain import HONOURED, REFRESH_LASTS
from app.identity.tokens.keys import rotate_signing_key
from tests.support import pictures
from tests.support.programs import a_pair
from tests.support.restaurants import Restaurant
from tests.support.trade import owner_of


def is_there(restaurant: Restaurant, row_id: UUID) -> bool:
    with restaurant.inside():
        chosen = (Outbox.tenant_id == current_tenant_id(), Outbox.id == row_id)
        found = execute(select(Outbox.id).where(*chosen)).one_or_none()
        end_reading()
    return found is not None


def test_an_old_effect_is_kept_until_it_is_done(app: Flask, trattoria: Restaurant) -> None:
    with trattoria.inside():
        long_ago = clock.now() - KEPT - timedelta(days=1)
        with clock.use(long_ago), transaction():
            row_id = later("inventory.deplete", {}, delay=KEPT * 3)

    with app.app_context():
        tidy()
    undone = is_there(trattoria, row_id)
    with trattoria.inside(), transaction():
        execute(
            update(Outbox)
            .where(Outbox.tenant_id == current_tenant_id(), Outbox.id == row_id)
            .values(done_at=clock.now(), sent_at=clock.now())
        )
    with app.app_context():
        tidy()

    assert (undone, is_there(trattoria, row_id)) == (True, False)


def test_what_a_killed_process_left_of_a_picture_goes_and_pictures_stay(
    app: Flask, new_restaurant: Callable[..., Restaurant]
) -> None:
    house = new_restaurant()
    with house.inside():
        set_logo(owner_of(house), pictures.picture())
        folder = files.folder_of(house.tenant.id)
        [kept] = folder.iterdir()
        (folder / ".half.webp").write_bytes(b"half")

    with app.app_context(), clock.use(clock.now() + timedelta(days=1)):
        tidy()

    assert list(folder.iterdir()) == [kept]


def count(owner: Connection, table: str, restaurant: Restaurant) -> int:
    statement = f"SELECT count(*) FROM {table} WHERE tenant_id = %s"
    row = owner.execute(statement.encode(), [restaurant.tenant.id]).fetchone()
    assert row is not None
    return int(row[0])


def test_what_opens_nothing_any_more_is_thrown_away(
    app: Flask, new_restaurant: Callable[..., Restaurant], owner_connection: Connection
) -> None:
    """Refresh tokens that ran out, and keys whose tokens ran out; not a moment before."""
    restaurant = new_restaurant()
    a_pair(restaurant, restaurant.people["alice"])
    with restaurant.inside():
        rotate_signing_key()
    left = []
    for passed in (HONOURED - timedelta(minutes=1), HONOURED, REFRESH_LASTS):
        with app.app_context(), clock.use(clock.now() + passed + timedelta(seconds=1)):
            tidy()
        left.append(
            [count(owner_connection, it, restaurant) for it in ("signing_key", "refresh_token")]
        )

    assert left == [[2, 1], [1, 1], [1, 0]]
