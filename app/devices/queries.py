"""The devices of a restaurant as their manager sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select

from app.core import clock
from app.core.db import execute
from app.core.errors import NotFound
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.devices import code_of
from app.identity.models import Device, DeviceStation
from app.identity.permissions import DEVICE_PAIR
from app.identity.places import places_of
from app.menu.models import Station
from app.tenancy.queries import LocationView

# A device reports once a minute; one report may be lost.
ONLINE_FOR = timedelta(seconds=150)


@dataclass(frozen=True, kw_only=True)
class StationChoice:
    """A station that a kitchen screen may show."""

    id: UUID
    name: str
    slug: str
    location_id: UUID


@dataclass(frozen=True, kw_only=True)
class DeviceView:
    """A device; `code` is there while it waits to be paired by it."""

    id: UUID
    location: LocationView
    kind: str
    name: str
    stations: tuple[StationChoice, ...]
    code: str | None
    code_expires_at: datetime | None
    is_paired: bool
    is_blocked: bool
    is_online: bool
    last_seen_at: datetime | None
    expires_at: datetime | None
    battery: int | None
    version: str | None

    @property
    def typed_code(self) -> str:
        """The code as it is read out, in two halves."""
        return f"{self.code[:4]}-{self.code[4:]}" if self.code else ""

    @property
    def code_until_locally(self) -> datetime | None:
        """Until when the code works, by the clock on the location's wall."""
        return self._locally(self.code_expires_at)

    @property
    def seen_locally(self) -> datetime | None:
        """When it was last heard of, by the clock on the location's wall."""
        return self._locally(self.last_seen_at)

    @property
    def ends_locally(self) -> datetime | None:
        """Until when it is paired, by the clock on the location's wall."""
        return self._locally(self.expires_at)

    def _locally(self, at: datetime | None) -> datetime | None:
        return at.astimezone(self.location.zone) if at else None


def stations_of(places: Sequence[LocationView]) -> list[StationChoice]:
    """The stations of these locations, in their order."""
    rows = execute(
        select(Station.id, Station.name, Station.slug, Station.location_id)
        .where(
            Station.tenant_id == current_tenant_id(),
            Station.location_id.in_([place.id for place in places]),
        )
        .order_by(Station.position, Station.name)
    )
    return [StationChoice(**row._mapping) for row in rows]


def devices_at(places: Sequence[LocationView]) -> list[DeviceView]:
    """The devices of these locations that are not revoked, by name."""
    rows = execute(_devices().where(Device.location_id.in_([place.id for place in places]))).all()
    choices = {one.id: one for one in stations_of(places)}
    where = {place.id: place for place in places}
    return [_view(row, where[row.location_id], choices) for row in rows]


def get_device(actor: Actor, device_id: UUID) -> DeviceView:
    """One device at a location where the actor pairs them; raises NotFound."""
    for device in devices_at(places_of(actor, DEVICE_PAIR)):
        if device.id == device_id:
            return device
    raise NotFound("no_device", "There is no such device.")


def _devices() -> Select[Any]:
    shown = func.array(
        select(DeviceStation.station_id)
        .where(DeviceStation.tenant_id == Device.tenant_id, DeviceStation.device_id == Device.id)
        .correlate(Device)
        .scalar_subquery()
    )
    return (
        select(Device.__table__, shown.label("station_ids"))
        .where(Device.tenant_id == current_tenant_id(), Device.revoked_at.is_(None))
        .order_by(func.lower(Device.name), Device.id)
    )


def _view(row: Row[Any], place: LocationView, choices: dict[UUID, StationChoice]) -> DeviceView:
    now = clock.now()
    waits = row.code_hash is not None and row.code_expires_at > now
    return DeviceView(
        id=row.id,
        location=place,
        kind=row.kind,
        name=row.name,
        stations=tuple(one for one in choices.values() if one.id in row.station_ids),
        code=code_of(row.id, row.code_expires_at) if waits else None,
        code_expires_at=row.code_expires_at if waits else None,
        is_paired=row.expires_at is not None and row.expires_at > now,
        is_blocked=row.blocked_at is not None,
        is_online=row.last_seen_at is not None and now - row.last_seen_at < ONLINE_FOR,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        battery=row.battery,
        version=row.version,
    )
