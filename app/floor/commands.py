"""Seating parties and clearing tables."""

from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from app.core import clock
from app.core.db import execute, session, transaction
from app.core.errors import Conflict, Invalid, NotFound
from app.core.ids import new_id
from app.core.stream import changed
from app.core.tenant import current_tenant_id
from app.floor.domain import VISIT
from app.floor.models import FloorTable, Visit, VisitTable
from app.identity.actor import Actor
from app.identity.permissions import ORDER_CREATE
from app.tenancy.queries import LocationView

MOST_GUESTS = 99


def seat(
    actor: Actor,
    location: LocationView,
    table_id: UUID,
    guests: int,
    visit_id: UUID | None = None,
) -> UUID:
    """Seat a party at a free table, served by the actor; returns the visit's id.

    Raises Conflict when somebody sits there (or it is not cleared yet).
    """
    actor.require(ORDER_CREATE)
    if not 0 < guests <= MOST_GUESTS:
        raise Invalid("guests", f"A party is 1 to {MOST_GUESTS} guests.")
    visit_id = visit_id or new_id()
    shared = {"tenant_id": current_tenant_id(), "location_id": location.id}
    with transaction():
        name = _table_name(location, table_id)
        execute(
            insert(Visit).values(
                **shared,
                id=visit_id,
                server_id=actor.member_id,
                guests=guests,
                seated_at=clock.now(),
            )
        )
        try:
            with session().begin_nested():
                execute(
                    insert(VisitTable).values(
                        **shared, id=new_id(), visit_id=visit_id, table_id=table_id
                    )
                )
        except IntegrityError as error:
            raise Conflict("table_taken", f"Table {name} is taken.") from error
        changed(location.id, "floor")
    return visit_id


def leave(actor: Actor, location: LocationView, visit_id: UUID) -> None:
    """The party is leaving: nothing more will be ordered."""
    _move(actor, location, visit_id, "leaving")


def stay(actor: Actor, location: LocationView, visit_id: UUID) -> None:
    """The party stays after all: it may order again."""
    _move(actor, location, visit_id, "seated")


def clear(actor: Actor, location: LocationView, visit_id: UUID) -> None:
    """The table is clean and free again, whatever step of leaving it was at."""
    actor.require(ORDER_CREATE)
    with transaction():
        state = _locked_state(location, visit_id)
        for step in ("leaving", "dirty", "done"):
            if VISIT.allows(state, step):
                _write(location, visit_id, step)
                state = step
        execute(
            update(VisitTable)
            .where(VisitTable.tenant_id == current_tenant_id(), VisitTable.visit_id == visit_id)
            .values(active=False)
        )


def _move(actor: Actor, location: LocationView, visit_id: UUID, state: str) -> None:
    actor.require(ORDER_CREATE)
    with transaction():
        VISIT.require(_locked_state(location, visit_id), state)
        _write(location, visit_id, state)


def _locked_state(location: LocationView, visit_id: UUID) -> str:
    state = execute(
        select(Visit.state)
        .where(
            Visit.tenant_id == current_tenant_id(),
            Visit.location_id == location.id,
            Visit.id == visit_id,
        )
        .with_for_update()
    ).scalar_one_or_none()
    if state is None:
        raise NotFound("no_visit", "There is no such party.")
    return str(state)


def _write(location: LocationView, visit_id: UUID, state: str) -> None:
    execute(
        update(Visit)
        .where(Visit.tenant_id == current_tenant_id(), Visit.id == visit_id)
        .values(state=state, done_at=clock.now() if state == "done" else None)
    )
    changed(location.id, "floor")


def _table_name(location: LocationView, table_id: UUID) -> str:
    name = execute(
        select(FloorTable.name).where(
            FloorTable.tenant_id == current_tenant_id(),
            FloorTable.location_id == location.id,
            FloorTable.id == table_id,
        )
    ).scalar_one_or_none()
    if name is None:
        raise NotFound("no_table", "There is no such table.")
    return str(name)
