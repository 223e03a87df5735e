"""Exports: asked for in one transaction, put together by jobs, taken away within days."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, text, update

from app.core import audit, clock
from app.core.db import execute, read_by_keys, transaction
from app.core.ids import new_id
from app.core.model import Json
from app.core.outbox import later
from app.core.tenant import current_tenant_id
from app.core.turns import take_turn
from app.identity.actor import Actor
from app.identity.addresses import email_of
from app.identity.models import Member
from app.identity.permissions import TENANT_MANAGE
from app.privacy.contents import parts_of_member, parts_of_orders, parts_of_tenant
from app.privacy.errors import no_member, under_way
from app.privacy.files import export_file, remove_export_file
from app.privacy.models import DataExport
from app.privacy.packing import Part, Progress, finish, pack_on
from app.privacy.queries import days_of
from app.tenancy.queries import get_tenant_by_id

JOB = "privacy.export"
# A mail waits so long at most; the lease of a staged job (core/jobs.py) is several times that.
PIECE_S = 5.0


def ask_export(actor: Actor, kind: str, subject_ids: Sequence[UUID] = ()) -> UUID:
    """Have an export put together; returns its id.

    `kind` is "member" (one id), "guest" (the ids of the guest's orders) or "tenant". Raises
    NotFound for a member who is none, and Conflict (`export_under_way`) while another is put
    together.
    """
    with transaction():
        actor.require_everywhere(TENANT_MANAGE)
        if kind == "member":
            _name_of(subject_ids[0])
        _require_none_under_way()
        return add_export(actor, kind, subject_ids)


def add_export(
    actor: Actor,
    kind: str,
    subject_ids: Sequence[UUID] = (),
    *,
    expires_at: datetime | None = None,
) -> UUID:
    """Have an export put together in the open transaction, whatever is under way."""
    export_id, now = new_id(), clock.now()
    execute(
        insert(DataExport).values(
            tenant_id=current_tenant_id(),
            id=export_id,
            kind=kind,
            subject_ids=[str(one) for one in subject_ids],
            asked_by=actor.member_id,
            asked_at=now,
            expires_at=expires_at or now + _kept(),
        )
    )
    _note(actor, kind, subject_ids, {"export": kind})
    later(JOB, {"export_id": str(export_id)})
    return export_id


def make_export(export_id: UUID) -> None:
    """Put an export together for PIECE_S, and have the rest done later.

    So mails and other exports get their turns in between, and however much there is, no piece
    outlasts the lease of its job. After a crash it is begun anew.
    """
    with transaction():
        export = _find_unready(export_id)
        if export is None or not _is_ours_alone(export_id):
            return
        read_by_keys()
        progress, path = Progress(**(export.progress or {})), export_file(export_id)
        values: Json = {}
        if pack_on(path, progress, _parts(export), PIECE_S):
            values["size"] = finish(path, progress, *_heading(export))
            values["ready_at"] = clock.now()
            # What was long in the making is there for as long as any other.
            end = clock.now() + _kept()
            values["expires_at"] = func.greatest(DataExport.expires_at, end)
        else:
            later(JOB, {"export_id": str(export_id)})
        known = execute(
            update(DataExport)
            .where(DataExport.tenant_id == current_tenant_id(), DataExport.id == export_id)
            .values(progress=asdict(progress), **values)
        ).rowcount
        if not known:  # dropped meanwhile
            remove_export_file(export_id)


def keep_until(end: datetime) -> None:
    """Have the exports of the whole tenant that are not ready kept until then."""
    execute(
        update(DataExport)
        .where(
            DataExport.tenant_id == current_tenant_id(),
            DataExport.kind == "tenant",
            DataExport.ready_at.is_(None),
        )
        .values(expires_at=end)
    )


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
        actor.require_everywhere(TENANT_MANAGE)
        _note(actor, kind, subject_ids, {"download": kind})


def _kept() -> timedelta:
    return timedelta(days=days_of("exports"))


def _require_none_under_way() -> None:
    take_turn("export")
    waiting = select(DataExport.id).where(
        DataExport.tenant_id == current_tenant_id(),
        DataExport.ready_at.is_(None),
        DataExport.expires_at > clock.now(),
    )
    if execute(waiting.limit(1)).one_or_none() is not None:
        raise under_way()


def _find_unready(export_id: UUID) -> Row[Any] | None:
    return execute(
        select(DataExport.__table__).where(
            DataExport.tenant_id == current_tenant_id(),
            DataExport.id == export_id,
            DataExport.ready_at.is_(None),
        )
    ).one_or_none()


def _is_ours_alone(export_id: UUID) -> bool:
    """Whether no other worker writes the draft; until the transaction ends nobody else does."""
    statement = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:key, 0))")
    return bool(execute(statement, {"key": str(export_id)}).scalar_one())


def _parts(export: Row[Any]) -> Iterator[Part]:
    ids = [UUID(one) for one in export.subject_ids]
    if export.kind == "member":
        return parts_of_member(ids[0])
    return parts_of_orders(ids) if export.kind == "guest" else parts_of_tenant()


def _heading(export: Row[Any]) -> tuple[str, dict[str, str]]:
    """A pack's title, and the facts at its head."""
    tenant = get_tenant_by_id(current_tenant_id())
    if export.kind == "member":
        name, email = _name_of(UUID(export.subject_ids[0]))
        return name, {"restaurant": tenant.name, "name": name, "e-mail": email}
    facts = {"restaurant": tenant.name, "address": tenant.slug}
    return tenant.name, facts if export.kind == "guest" else {**facts, **_emails()}


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
