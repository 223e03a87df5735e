"""How long things are kept, what was removed lately, and which exports there are."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, select

from app.core import clock
from app.core.db import execute
from app.core.model import Json
from app.core.models import AuditEntry
from app.core.tenant import current_tenant_id
from app.identity.models import Member
from app.privacy.domain import KINDS, REMOVED
from app.privacy.errors import no_export
from app.privacy.models import DataExport, Retention

SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class ExportView:
    """An export; not `ready` while the job works. `of` is the member's name, if it is one's."""

    id: UUID
    kind: str
    of: str
    subject_ids: tuple[UUID, ...]
    asked_at: datetime
    expires_at: datetime
    ready: bool
    size: int


@dataclass(frozen=True, kw_only=True)
class Removal:
    """What a night removed, by kind."""

    at: datetime
    counts: Json


def retention_days() -> dict[str, int]:
    """For how many days each kind is kept here."""
    rows = execute(
        select(Retention.kind, Retention.days).where(Retention.tenant_id == current_tenant_id())
    )
    chosen = {row.kind: row.days for row in rows}
    return {kind.name: chosen.get(kind.name, kind.days) for kind in KINDS}


def days_of(name: str) -> int:
    """For how many days one kind is kept here."""
    return retention_days()[name]


def last_removal() -> Removal | None:
    """The last night that removed something."""
    row = execute(
        select(AuditEntry.at, AuditEntry.after)
        .where(AuditEntry.tenant_id == current_tenant_id(), AuditEntry.act == REMOVED)
        .order_by(AuditEntry.at.desc())
        .limit(1)
    ).one_or_none()
    return Removal(at=row.at, counts=row.after or {}) if row else None


def exports() -> list[ExportView]:
    """The exports that have not run out, newest first."""
    return [_export(row) for row in _live()]


def get_export(export_id: UUID) -> ExportView:
    """An export that may be taken away now; raises NotFound."""
    rows = _live(DataExport.id == export_id, DataExport.ready_at.is_not(None))
    if not rows:
        raise no_export()
    return _export(rows[0])


def awaits_everything() -> bool:
    """Whether an export of the whole tenant is still put together."""
    waiting = select(DataExport.id).where(
        DataExport.tenant_id == current_tenant_id(),
        DataExport.kind == "tenant",
        DataExport.ready_at.is_(None),
    )
    return execute(waiting.limit(1)).one_or_none() is not None


def _live(*conditions: ColumnElement[bool]) -> list[Row[tuple[object, ...]]]:
    return list(
        execute(
            select(DataExport.__table__)
            .where(
                DataExport.tenant_id == current_tenant_id(),
                DataExport.expires_at > clock.now(),
                *conditions,
            )
            .order_by(DataExport.asked_at.desc())
            .limit(SHOWN)
        )
    )


def _export(row: Row[tuple[object, ...]]) -> ExportView:
    fields = row._mapping
    ids = tuple(UUID(one) for one in fields["subject_ids"])
    return ExportView(
        id=fields["id"],
        kind=fields["kind"],
        of=_name(ids[0]) if fields["kind"] == "member" else "",
        subject_ids=ids,
        asked_at=fields["asked_at"],
        expires_at=fields["expires_at"],
        ready=fields["ready_at"] is not None,
        size=fields["size"] or 0,
    )


def _name(member_id: UUID) -> str:
    return str(
        execute(
            select(Member.name).where(
                Member.tenant_id == current_tenant_id(), Member.id == member_id
            )
        ).scalar_one_or_none()
        or ""
    )
