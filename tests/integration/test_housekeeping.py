"""What the clock throws away, and what it keeps."""

from datetime import timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import select, update

from app.core import clock
from app.core.db import end_reading, execute, transaction
from app.core.models import Outbox
from app.core.outbox import later
from app.core.tenant import current_tenant_id
from app.identity.housekeeping import KEPT, tidy
from tests.support.restaurants import Restaurant


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
