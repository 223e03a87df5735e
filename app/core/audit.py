"""The audit trail: who did what to which thing, and why, in the transaction that did it."""

from dataclasses import dataclass
from uuid import UUID

from flask import g
from sqlalchemy import insert

from app.core import clock
from app.core.db import execute
from app.core.ids import new_id
from app.core.model import Json
from app.core.models import AuditEntry
from app.core.tenant import current_tenant_id


@dataclass(frozen=True)
class Approval:
    """Somebody who has a permission approves one act of somebody who lacks it."""

    permission: str
    approver_id: UUID
    reason: str


def record(
    act: str,
    subject_kind: str,
    subject_id: UUID,
    *,
    actor_id: UUID | None,
    location_id: UUID | None = None,
    reason: str | None = None,
    before: Json | None = None,
    after: Json | None = None,
) -> None:
    """Add an entry; `before` and `after` hold ids and figures.

    `act` is a permission's name, or an act of its own that `audit/words.py` has words for.

    A request at a paired device says so in `g.device_id`, one that was approved in `g.approval`:
    its entries name the device, the approver, and the reason that was given then.
    """
    approval: Approval | None = g.get("approval")
    execute(
        insert(AuditEntry).values(
            tenant_id=current_tenant_id(),
            id=new_id(),
            location_id=location_id,
            at=clock.now(),
            actor_id=actor_id,
            approver_id=approval.approver_id if approval else None,
            device_id=g.get("device_id"),
            act=act,
            subject_kind=subject_kind,
            subject_id=subject_id,
            reason=approval.reason if approval else reason,
            before=before,
            after=after,
        )
    )
