"""Entries of the trail, newest first, with the names that their ids have today."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, select, tuple_, union_all

from app.audit.forms import Filters, Place, read_id, read_time
from app.audit.queries.changes import Change, changes, ids_in
from app.audit.queries.names import names_of
from app.audit.words import act_in_words, kind_in_words
from app.core.db import end_reading, execute
from app.core.model import Json
from app.core.models import AuditEntry, SecurityEvent
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.models import Member
from app.identity.permissions import AUDIT_VIEW, REPORT_EXPORT
from app.identity.places import works_at
from app.ordering.models import Line
from app.payments.models import Payment
from app.tenancy.queries import LocationView, locations

PAGE = 50
EXPORT_STEP = 500


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry as it is read. `order_id` is the order whose page shows the object, if any.

    `times` and `network` belong to a security event that is still remembered.
    """

    id: UUID
    at: datetime
    actor_id: UUID | None
    who: str
    approver: str
    act: str
    what: str
    kind: str
    object_id: UUID
    object: str
    order_id: UUID | None
    place: LocationView | None
    reason: str
    changes: tuple[Change, ...]
    before: Json | None
    after: Json | None
    times: int
    network: str

    @property
    def cursor(self) -> str:
        """Where a page that begins after this entry begins."""
        return str(Place(at=self.at, id=self.id))


def people(actor: Actor) -> list[tuple[UUID, str]]:
    """Everybody who works here or has, by name; at the actor's own locations, if he has such."""
    seen = _seen(actor)
    statement = select(Member.id, Member.name).where(Member.tenant_id == current_tenant_id())
    if seen is not None:
        statement = statement.where(works_at(seen))
    rows = execute(statement.order_by(Member.name, Member.id))
    return [(row.id, row.name) for row in rows]


def places(actor: Actor) -> list[LocationView]:
    """The locations whose entries the actor may read."""
    seen = _seen(actor)
    return [place for place in locations() if seen is None or place.id in seen]


def entries(
    actor: Actor, filters: Filters, zone: ZoneInfo, after: Place | None, most: int = PAGE
) -> list[Entry]:
    """At most `most` entries that fit, newest first, beginning after `after`.

    Who works at some locations reads theirs, and of those of no location his own. Raises Invalid
    for a filter that says nothing.
    """
    return _read(_matching(actor, filters, zone), after, most)


def every_entry(actor: Actor, filters: Filters, zone: ZoneInfo) -> Iterator[Entry]:
    """All entries that fit and may be exported, newest first, read a few hundred at a time."""
    statement = _matching(actor, filters, zone, REPORT_EXPORT)
    after: Place | None = None
    while True:
        found = _read(statement, after, EXPORT_STEP)
        end_reading()
        yield from found
        if len(found) < EXPORT_STEP:
            return
        after = Place(at=found[-1].at, id=found[-1].id)


def _read(statement: Select[Any], after: Place | None, most: int) -> list[Entry]:
    if after is not None:
        place = tuple_(AuditEntry.at, AuditEntry.id)
        statement = statement.where(place < tuple_(after.at, after.id))
    rows = execute(statement.limit(most)).all()
    orders, events, names = _orders_of(rows), _events_of(rows), _names(rows)
    spots = {place.id: place for place in locations()}
    return [_entry(row, names, spots, orders, events.get(row.id)) for row in rows]


def _matching(actor: Actor, filters: Filters, zone: ZoneInfo, *besides: str) -> Select[Any]:
    return (
        select(AuditEntry.__table__)
        .where(
            AuditEntry.tenant_id == current_tenant_id(),
            *_readable(actor, *besides),
            *_conditions(filters, zone),
        )
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    )


def _readable(actor: Actor, *besides: str) -> Iterator[ColumnElement[bool]]:
    seen = _seen(actor, *besides)
    if seen is not None:
        own = AuditEntry.location_id.is_(None) & (AuditEntry.actor_id == actor.member_id)
        yield AuditEntry.location_id.in_(seen) | own


def _seen(actor: Actor, *besides: str) -> frozenset[UUID] | None:
    """The locations whose entries the actor may read; None: all, and the whole restaurant's.

    `besides`: where he has these permissions too.
    """
    where = [actor.places_where(permission) for permission in (AUDIT_VIEW, *besides)]
    known = [places for places in where if places is not None]
    return frozenset.intersection(*known) if known else None


def _conditions(filters: Filters, zone: ZoneInfo) -> Iterator[ColumnElement[bool]]:
    if person := read_id("person", filters.person):
        yield (AuditEntry.actor_id == person) | (AuditEntry.approver_id == person)
    if filters.act:
        yield AuditEntry.act == filters.act
    if filters.kind:
        yield AuditEntry.subject_kind == filters.kind
    if thing := read_id("object", filters.object):
        yield AuditEntry.subject_id == thing
    if location := read_id("location", filters.location):
        yield AuditEntry.location_id == location
    if since := read_time("since", filters.since, zone):
        yield AuditEntry.at >= since
    if until := read_time("until", filters.until, zone):
        yield AuditEntry.at < until


def _names(rows: Sequence[Row[Any]]) -> Mapping[str, str]:
    """What the people and things of these entries are called today."""
    ids = {one for row in rows for one in (row.subject_id, row.actor_id, row.approver_id) if one}
    return names_of(ids | {one for row in rows for one in ids_in([row.before, row.after])})


def _orders_of(rows: Sequence[Row[Any]]) -> dict[UUID, UUID]:
    """The orders that lines and payments among the objects belong to."""
    ids = [row.subject_id for row in rows if row.subject_kind in ("line", "payment")]
    if not ids:
        return {}
    parts = [
        select(model.id, model.order_id).where(
            model.tenant_id == current_tenant_id(), model.id.in_(ids)
        )
        for model in (Line, Payment)
    ]
    return {row.id: row.order_id for row in execute(union_all(*parts))}


def _events_of(rows: Sequence[Row[Any]]) -> dict[UUID, Row[Any]]:
    """The security events among these entries that are still remembered, by id."""
    ids = [row.id for row in rows if row.act.startswith(("security.", "session."))]
    if not ids:
        return {}
    found = execute(
        select(SecurityEvent.id, SecurityEvent.times, SecurityEvent.network).where(
            SecurityEvent.tenant_id == current_tenant_id(), SecurityEvent.id.in_(ids)
        )
    )
    return {row.id: row for row in found}


def _entry(
    row: Row[Any],
    names: Mapping[str, str],
    spots: Mapping[UUID, LocationView],
    orders: Mapping[UUID, UUID],
    event: Row[Any] | None,
) -> Entry:
    currency = next((place.currency for place in spots.values()), None)  # there is one of all
    order_id = row.subject_id if row.subject_kind == "order" else orders.get(row.subject_id)
    return Entry(
        id=row.id,
        at=row.at,
        actor_id=row.actor_id,
        who=_name(row.actor_id, names),
        approver=_name(row.approver_id, names),
        act=row.act,
        what=act_in_words(row.act),
        kind=kind_in_words(row.subject_kind),
        object_id=row.subject_id,
        object=names.get(str(row.subject_id), ""),
        order_id=order_id,
        place=spots.get(row.location_id) if row.location_id else None,
        reason=row.reason or "",
        changes=tuple(changes(row.before or {}, row.after or {}, names, currency)),
        before=row.before,
        after=row.after,
        times=event.times if event else 1,
        network=event.network if event else "",
    )


def _name(member_id: UUID | None, names: Mapping[str, str]) -> str:
    return names.get(str(member_id), f"…{str(member_id)[-12:]}") if member_id else ""
