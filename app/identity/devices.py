"""Pairing devices: a code that a manager makes and a browser redeems, and the end of it.

A code is worked out from the installation's secret key, the device and the code's last moment,
so that its page can be looked at again while nothing that is stored gives it away.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from app.core import audit, clock, security
from app.core.db import execute, transaction
from app.core.errors import Invalid, NotFound
from app.core.ids import new_id
from app.core.model import Json
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.domain import CODE_LASTS, ENROLLED_FOR, code_from, read_code
from app.identity.errors import WrongSecret
from app.identity.logins import end_logins_at
from app.identity.models import Device, DeviceStation, Member
from app.identity.passwords import keyed_digest
from app.identity.permissions import DEVICE_PAIR
from app.identity.places import get_standing
from app.identity.queries import hash_of
from app.identity.tries import forget_failures_at, note_failure, stand_in_line, subject_of

UNPAIRED = "This code is wrong, too old or used. Ask for a new one."


@dataclass(frozen=True, kw_only=True)
class NewDevice:
    """A device to be paired. A kitchen screen names its stations, at least one."""

    location_id: UUID
    kind: str
    name: str
    station_ids: tuple[UUID, ...] = ()


def prepare_device(actor: Actor, new: NewDevice) -> UUID:
    """Let a device be paired by a code within the next ten minutes; returns its id."""
    device_id = new_id()
    with transaction():
        _require_may_pair(actor, new.location_id)
        execute(
            insert(Device).values(
                tenant_id=current_tenant_id(),
                id=device_id,
                location_id=new.location_id,
                kind=new.kind,
                name=new.name,
                entry_id=new_id(),
                paired_by=actor.member_id,
                **_fresh_code(device_id),
            )
        )
        _put_stations(device_id, new.location_id, new.kind, new.station_ids)
        after = {"kind": new.kind, "location_id": str(new.location_id)}
        _record(actor, device_id, after)
    return device_id


def renew_code(actor: Actor, device_id: UUID) -> None:
    """Let a device be paired anew; what is paired as it now goes on until the code is used."""
    with transaction():
        _lock_device(actor, device_id)
        _set(device_id, paired_by=actor.member_id, **_fresh_code(device_id))
        _record(actor, device_id, {"code": "made"})


def code_of(device_id: UUID, expires_at: datetime) -> str:
    """The code of a device that waits until `expires_at`."""
    return code_from(keyed_digest("pair", f"{device_id}:{expires_at.timestamp()}"))


def redeem_code(typed: str, address: str) -> str:
    """Pair the browser at `address` by a code and return its device's token.

    Raises Invalid for what is no code, WrongSecret for one that is wrong, expired or used, or whose
    maker may not pair there any more, and TooManyTries. Opens its own transaction, which must be
    the outermost: a refused try is committed.
    """
    code = read_code(typed)
    subject = subject_of("pair", address)
    token = None
    with transaction():
        stand_in_line(subject)
        device_id = _claim(code)
        if device_id is None:
            note_failure(subject)
            security.note(security.REFUSED, "tenant", current_tenant_id(), what="pairing")
        else:
            token = _enrol(device_id)
            audit.record("device.paired", "device", device_id, actor_id=None)
    if token is None:
        raise WrongSecret(UNPAIRED)
    return token


def pair_here(actor: Actor, new: NewDevice) -> str:
    """Pair the browser at which the actor is signed in; return its device's token."""
    with transaction():
        device_id = prepare_device(actor, new)
        token = _enrol(device_id)
        audit.record("device.paired", "device", device_id, actor_id=actor.member_id)
    return token


def change_device(actor: Actor, device_id: UUID, name: str, station_ids: Iterable[UUID]) -> None:
    """Rename a device and choose its stations anew; its open boards are opened again."""
    with transaction():
        device = _lock_device(actor, device_id)
        stations = tuple(station_ids)
        _set(device_id, name=name, entry_id=new_id())
        execute(
            delete(DeviceStation).where(
                DeviceStation.tenant_id == current_tenant_id(),
                DeviceStation.device_id == device_id,
            )
        )
        _put_stations(device_id, device.location_id, device.kind, stations)
        _record(actor, device_id, {"stations": [str(one) for one in stations]})


def revoke_device(actor: Actor, device_id: UUID) -> None:
    """End a device's enrolment, who is signed in there, and its open sockets within seconds."""
    with transaction():
        _lock_device(actor, device_id)
        _set(device_id, revoked_at=clock.now(), code_hash=None)
        end_logins_at(device_id)
        _record(actor, device_id, {"revoked": True})


def note_report(device_id: UUID, battery: int | None, version: str | None) -> None:
    """Keep what a device says of itself: charge in percent, the version of its pages."""
    with transaction():
        _set(device_id, last_seen_at=clock.now(), battery=battery, version=version)


def _require_may_pair(actor: Actor, location_id: UUID) -> None:
    actor.require_at(location_id)
    actor.at(location_id).require(DEVICE_PAIR)


def _lock_device(actor: Actor, device_id: UUID) -> Any:
    """A device that is not revoked, at a location of the actor's; raises NotFound."""
    row = execute(
        select(Device.location_id, Device.kind)
        .where(
            Device.tenant_id == current_tenant_id(),
            Device.id == device_id,
            Device.revoked_at.is_(None),
        )
        .with_for_update(key_share=True)
    ).one_or_none()
    if row is None or not actor.is_at(row.location_id):
        raise NotFound("no_device", "There is no such device.")
    actor.at(row.location_id).require(DEVICE_PAIR)
    return row


def _set(device_id: UUID, **values: object) -> None:
    execute(
        update(Device)
        .where(Device.tenant_id == current_tenant_id(), Device.id == device_id)
        .values(**values)
    )


def _fresh_code(device_id: UUID) -> Json:
    expires_at = clock.now() + CODE_LASTS
    return {
        "code_hash": _hash_of_code(code_of(device_id, expires_at)),
        "code_expires_at": expires_at,
    }


def _hash_of_code(code: str) -> bytes:
    """Forty bits are tried in minutes by whoever has the table alone: it must not do."""
    return keyed_digest("code", code)


def _claim(code: str) -> UUID | None:
    """Use a code up: of two who redeem it at once, one gets the device.

    One whose maker may not pair there any more gets nobody anything.
    """
    found = execute(
        update(Device)
        .where(
            Device.tenant_id == current_tenant_id(),
            Device.code_hash == _hash_of_code(code),
            Device.code_expires_at > clock.now(),
            Device.revoked_at.is_(None),
        )
        .values(code_hash=None)
        .returning(Device.id, Device.location_id, Device.paired_by)
    ).one_or_none()
    if found is None or not _may_still_pair(found.paired_by, found.location_id):
        return None
    return UUID(str(found.id))


def _may_still_pair(member_id: UUID, location_id: UUID) -> bool:
    works_here = execute(
        select(Member.active).where(Member.tenant_id == current_tenant_id(), Member.id == member_id)
    ).scalar_one()
    maker = get_standing(member_id) if works_here else None
    return bool(maker and maker.is_at(location_id) and maker.at(location_id).may(DEVICE_PAIR))


def _enrol(device_id: UUID) -> str:
    """Make the token of a device; what held an earlier one is nobody from now on."""
    token, now = secrets.token_urlsafe(32), clock.now()
    end_logins_at(device_id)
    forget_failures_at(device_id)
    _set(
        device_id,
        token_hash=hash_of(token),
        entry_id=new_id(),
        code_hash=None,
        paired_at=now,
        expires_at=now + ENROLLED_FOR,
        last_seen_at=now,
        blocked_at=None,
    )
    return token


def _put_stations(
    device_id: UUID, location_id: UUID, kind: str, station_ids: Iterable[UUID]
) -> None:
    wanted = set(station_ids) if kind == "kitchen" else set()
    if kind == "kitchen" and not wanted:
        sentence = "Choose what this screen shows."
        raise Invalid("stations", sentence, {"station_ids": [sentence]})
    rows = [
        {
            "tenant_id": current_tenant_id(),
            "id": new_id(),
            "location_id": location_id,
            "device_id": device_id,
            "station_id": station_id,
        }
        for station_id in sorted(wanted)
    ]
    if rows:
        execute(insert(DeviceStation), rows)


def _record(actor: Actor, device_id: UUID, after: Json) -> None:
    audit.record(DEVICE_PAIR, "device", device_id, actor_id=actor.member_id, after=after)
