"""Exports: asked for in one transaction, put together by a job, taken away within days."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, insert, select, update

from app.core import audit, clock
from app.core.db import end_reading, execute, transaction
from app.core.ids import new_id
from app.core.model import Json
from app.core.outbox import later
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.models import Member
from app.identity.owners import email_of
from app.identity.permissions import TENANT_MANAGE
from app.privacy.contents import parts_of_member, parts_of_orders, parts_of_tenant
from app.privacy.errors import no_member
from app.privacy.files import export_file, remove_export_file
from app.privacy.models import DataExport
from app.privacy.packing import pack
from app.privacy.queries import days_of
from app.tenancy.queries import get_tenant_by_id

JOB = "privacy.export"


def ask_export(
    actor: Actor,
    kind: str,
    subject_ids: Sequence[UUID] = (),
    *,
    expires_at: datetime | None = None,
) -> UUID:
    """Have an export put together; returns its id.

    `kind` is "member" (one id), "guest" (the ids of the guest's orders) or "tenant". Raises
    NotFound for a member who is none.
    """
    export_id, now = new_id(), clock.now()
    with transaction():
        actor.require(TENANT_MANAGE)
        if kind == "member":
            _name_of(subject_ids[0])
        execute(
            insert(DataExport).values(
                tenant_id=current_tenant_id(),
                id=export_id,
                kind=kind,
                subject_ids=[str(one) for one in subject_ids],
                asked_by=actor.member_id,
                asked_at=now,
                expires_at=expires_at or now + timedelta(days=days_of("exports")),
            )
        )
        _note(actor, kind, subject_ids, {"export": kind})
        later(JOB, {"export_id": str(export_id)})
    return export_id


def make_export(export_id: UUID) -> None:
    """Put an export together, unless it is there. After a crash it is begun anew."""
    export = execute(
        select(DataExport.__table__).where(
            DataExport.tenant_id == current_tenant_id(), DataExport.id == export_id
        )
    ).one_or_none()
    if export is None or export.ready_at is not None:
        return
    size = _pack(export)
    end_reading()
    with transaction():
        known = execute(
            update(DataExport)
            .where(DataExport.tenant_id == current_tenant_id(), DataExport.id == export_id)
            .values(ready_at=clock.now(), size=size)
        ).rowcount
        if not known:  # dropped meanwhile
            remove_export_file(export_id)


def drop_exports(*conditions: ColumnElement[bool]) -> int:
    """Remove exports and their files, in the open transaction; returns how many."""
    gone = execute(
        delete(DataExport)
        .where(DataExport.tenant_id == current_tenant_id(), *conditions)
        .returning(DataExport.id)
    ).scalars()
    ids = list(gone)
    for export_id in ids:
        remove_export_file(export_id)
    return len(ids)


def note_download(actor: Actor, kind: str, subject_ids: Sequence[UUID]) -> None:
    """Write down that somebody took an export away."""
    with transaction():
        actor.require(TENANT_MANAGE)
        _note(actor, kind, subject_ids, {"download": kind})


def _pack(export: Row[tuple[object, ...]]) -> int:
    fields = export._mapping
    path, ids = export_file(fields["id"]), [UUID(one) for one in fields["subject_ids"]]
    tenant = get_tenant_by_id(current_tenant_id())
    if fields["kind"] == "member":
        name, email = _name_of(ids[0])
        facts = {"restaurant": tenant.name, "name": name, "e-mail": email}
        return pack(path, name, facts, parts_of_member(ids[0]))
    facts = {"restaurant": tenant.name, "address": tenant.slug}
    if fields["kind"] == "guest":
        return pack(path, tenant.name, facts, parts_of_orders(ids))
    return pack(path, tenant.name, {**facts, **_emails()}, parts_of_tenant())


def _name_of(member_id: UUID) -> tuple[str, str]:
    row = execute(
        select(Member.name, Member.account_id).where(
            Member.tenant_id == current_tenant_id(), Member.id == member_id
        )
    ).one_or_none()
    if row is None:
        raise no_member()
    return row.name, email_of(row.account_id)


def _emails() -> dict[str, str]:
    """The addresses of everybody who signs in by one: they stand in no table of the tenant's."""
    rows = execute(
        select(Member.id, Member.account_id).where(
            Member.tenant_id == current_tenant_id(), Member.account_id.is_not(None)
        )
    ).all()
    return {f"e-mail of {row.id}": email_of(row.account_id) for row in rows}


def _note(actor: Actor, kind: str, subject_ids: Sequence[UUID], after: Json) -> None:
    is_member = kind == "member"
    audit.record(
        TENANT_MANAGE,
        "member" if is_member else "tenant",
        subject_ids[0] if is_member else current_tenant_id(),
        actor_id=actor.member_id,
        after=after | ({"orders": [str(one) for one in subject_ids]} if kind == "guest" else {}),
    )
