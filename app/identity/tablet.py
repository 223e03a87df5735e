"""People at a paired tablet: one after the other by PIN, and locked between them.

Wrong PINs are counted for each person at each tablet, and for the tablet; both in the database,
so that nothing else knows of them and nobody waits anywhere else. The tablet's row is locked
during a try: a hundred at once are a hundred in a row.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from app.core import audit, clock, security
from app.core.db import execute, transaction
from app.core.errors import Forbidden
from app.core.tenant import current_tenant_id
from app.identity.colleagues import Colleague, colleagues, permissions_here
from app.identity.domain import MOST_AT_DEVICE
from app.identity.errors import AskManager, WrongSecret
from app.identity.logins import end_login, end_logins_at, open_login
from app.identity.models import Device, Member, Role, SignInFailure
from app.identity.passwords import is_right, peppered
from app.identity.permissions import DEVICE_PAIR, STAFF_MANAGE
from app.identity.places import works_at
from app.identity.queries import Login, PairedDevice
from app.identity.tries import (
    forget_failures,
    forget_failures_at,
    note_failure,
    require_no_wait,
    subject_of,
)

UNPROVEN_PIN = "The PIN is wrong."
_FREEING = {DEVICE_PAIR, STAFF_MANAGE}


def people_at(device: PairedDevice) -> list[Colleague]:
    """Whose names a tablet offers: everybody of its location with a PIN; when it is blocked,
    those who may free it.
    """
    return [
        one
        for one in colleagues(device.location_id)
        if not device.is_blocked or may_free(one.permissions)
    ]


def enter_by_pin(
    device: PairedDevice, member_id: UUID, pin: str, previous: Login | None = None
) -> str:
    """Prove a member by PIN at a tablet; return the token of a new session.

    Who worked there before is signed out. Raises WrongSecret, TooManyTries, and AskManager at a
    tablet that waits for a manager. Opens its own transaction, which must be the outermost: a
    refused try is committed.
    """
    subject = subject_of("pin", str(member_id), str(device.id))
    token = None
    with transaction():
        is_blocked = _stand_in_line(device)
        require_no_wait(subject)
        row = _find_member(device, member_id)
        if is_blocked and not (row and may_free(row.permissions)):
            raise AskManager
        if is_right(row.pin_hash if row else None, peppered(pin)):
            token = _take_over(device, member_id, subject, previous)
        else:
            _refuse(device, row.id if row else None, subject, is_blocked=is_blocked)
    if token is None:
        raise WrongSecret(UNPROVEN_PIN)
    return token


def approve(device: PairedDevice, member_id: UUID, pin: str, permission: str) -> None:
    """Prove by PIN at a tablet that a member who has a permission stands there.

    Raises what `prove_pin` raises, and Forbidden (`approver`) for who lacks the permission too.
    """
    if permission not in prove_pin(device, member_id, pin):
        raise Forbidden("approver", "Who approves must be somebody who may.")


def prove_pin(device: PairedDevice, member_id: UUID, pin: str) -> frozenset[str]:
    """Prove a member by PIN at a tablet for what is about to be done; returns what they may do.

    Raises what `enter_by_pin` raises. Opens its own transaction, which must be the outermost: a
    refused try is committed.
    """
    subject = subject_of("pin", str(member_id), str(device.id))
    with transaction():
        if _stand_in_line(device):
            raise AskManager
        require_no_wait(subject)
        row = _find_member(device, member_id)
        is_proven = is_right(row.pin_hash if row else None, peppered(pin))
        if is_proven:
            forget_failures(subject)
        else:
            _refuse(device, row.id if row else None, subject, is_blocked=False)
    if row is None or not is_proven:
        raise WrongSecret(UNPROVEN_PIN)
    return frozenset(row.permissions)


def receive(device: PairedDevice, member_id: UUID) -> None:
    """Make way at a tablet for a member who has been proven, and free it where it is blocked.

    Raises AskManager for who may not free a blocked one, Forbidden (`elsewhere`) for a member of
    other locations.
    """
    is_blocked = _stand_in_line(device)
    row = _find_member(device, member_id)
    if row is None:
        raise Forbidden("elsewhere", "You do not work at the location of this tablet.")
    if is_blocked and not may_free(row.permissions):
        raise AskManager
    if is_blocked:
        _free(device, member_id)
    end_logins_at(device.id)


def lock(login: Login) -> None:
    """End the session at a tablet, on request or after a while without touch."""
    member_id = login.person.member_id
    with transaction():
        end_login(login.id)
        audit.record("session.lock", "member", member_id, actor_id=member_id)


def may_free(permissions: Collection[str]) -> bool:
    """Whether a role may free a tablet that waits for a manager."""
    return not _FREEING.isdisjoint(permissions)


def _stand_in_line(device: PairedDevice) -> bool:
    """Wait for other tries at the tablet; returns whether it is blocked now."""
    blocked_at = execute(
        select(Device.blocked_at)
        .where(Device.tenant_id == current_tenant_id(), Device.id == device.id)
        .with_for_update(key_share=True)
    ).scalar_one()
    return blocked_at is not None


def _find_member(device: PairedDevice, member_id: UUID) -> Any:
    return execute(
        select(Member.id, Member.pin_hash, permissions_here(device.location_id))
        .join(Role, (Role.tenant_id == Member.tenant_id) & (Role.id == Member.role_id))
        .where(
            Member.tenant_id == current_tenant_id(),
            Member.id == member_id,
            Member.active,
            works_at([device.location_id]),
        )
    ).one_or_none()


def _take_over(device: PairedDevice, member_id: UUID, subject: str, previous: Login | None) -> str:
    forget_failures(subject)
    receive(device, member_id)
    before = {"member_id": str(previous.person.member_id)} if previous else None
    audit.record("session.pin", "member", member_id, actor_id=member_id, before=before)
    return open_login(member_id, device=device)


def _refuse(
    device: PairedDevice, member_id: UUID | None, subject: str, *, is_blocked: bool
) -> None:
    tenant_id = current_tenant_id()
    note_failure(subject, device_id=device.id)
    kind, subject_id = ("member", member_id) if member_id else ("tenant", tenant_id)
    security.note(security.REFUSED, kind, subject_id, what="pin")
    wrong = execute(
        select(func.count()).where(
            SignInFailure.tenant_id == tenant_id, SignInFailure.device_id == device.id
        )
    ).scalar_one()
    if wrong >= MOST_AT_DEVICE and not is_blocked:
        _set_blocked(device, clock.now())
        security.note(security.DEVICE_LOCKED, "device", device.id)


def _free(device: PairedDevice, member_id: UUID) -> None:
    _set_blocked(device, None)
    forget_failures_at(device.id)
    audit.record("device.freed", "device", device.id, actor_id=member_id)


def _set_blocked(device: PairedDevice, at: datetime | None) -> None:
    execute(
        update(Device)
        .where(Device.tenant_id == current_tenant_id(), Device.id == device.id)
        .values(blocked_at=at)
    )
