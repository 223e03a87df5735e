"""Entries and alerts of the audit trail, and its page as it is read."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from bs4 import BeautifulSoup
from psycopg import Connection

from app.core import audit, clock
from app.core.db import transaction
from app.core.ids import new_id
from tests.support.restaurants import Restaurant

PATH = "/t/{}/settings/audit"


def note(house: Restaurant, act: str = "order.comp", kind: str = "order", **values: Any) -> None:
    """An entry at the house's location, unless another is named."""
    values.setdefault("location_id", house.location.id)
    with house.inside(), transaction():
        audit.record(
            act,
            kind,
            values.pop("subject_id", None) or new_id(),
            actor_id=values.pop("actor_id", house.people["bob"].member_id),
            **values,
        )


def shown(page: BeautifulSoup) -> list[str]:
    return [" ".join(row.get_text(" ", strip=True).split()) for row in page.select(".trail > li")]


def path(house: Restaurant) -> str:
    return PATH.format(house.tenant.slug)


def alert(owner: Connection, house: Restaurant) -> UUID:
    alert_id = new_id()
    owner.execute(
        "INSERT INTO security_alert (tenant_id, id, kind, hour, at, times)"
        " VALUES (%s, %s, 'token', now(), %s, 3)",
        [house.tenant.id, alert_id, clock.now() - timedelta(minutes=1)],
    )
    return alert_id
