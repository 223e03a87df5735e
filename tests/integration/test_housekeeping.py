"""What the clock throws away, and what it keeps."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import select, update

from app.brand.commands import set_logo
from app.core import clock, files
from app.core.db import end_reading, execute, transaction
from app.core.models import Outbox
from app.core.outbox import later
from app.core.tenant import current_tenant_id
from app.identity.housekeeping import KEPT, tidy
from tests.support import pictures
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
