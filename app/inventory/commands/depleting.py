"""From what is set aside to what is gone, once lines are fired; and back after a void."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select, update

from app.core.db import among, execute, of_tenant, run, transaction
from app.core.outbox import later, payload_of
from app.core.tenant import current_tenant_id
from app.inventory.commands.reserving import free
from app.inventory.commands.stock import Move, left_changed, lock_stock, move
from app.inventory.models import Movement, Reservation
from app.ordering.events import LineVoided
from app.ordering.models import Firing, FiringLine

REVERSE = "inventory.reverse"
_TURN = (
    update(Reservation)
    .where(
        of_tenant(Reservation),
        Reservation.location_id == bindparam("of_location"),
        among(Reservation.line_id, "line_ids"),
        Reservation.state == "held",
    )
    .values(state="depleted")
    .returning(Reservation.line_id, Reservation.ingredient_id, Reservation.quantity)
)


def deplete(location_id: UUID, firing_id: UUID, line_ids: Collection[UUID]) -> int:
    """Turn the reservations of fired lines into movements; returns how many it turned.

    A reservation turns once, so that asking again does nothing.
    """
    with transaction():
        turned = run(_TURN, of_location=location_id, line_ids=list(line_ids)).all()
        if turned:
            _take(location_id, firing_id, turned)
    return len(turned)


def _take(location_id: UUID, firing_id: UUID, turned: Sequence[Row[Any]]) -> None:
    moves = [
        Move(
            ingredient_id=row.ingredient_id,
            quantity=-row.quantity,
            cause="depletion",
            cause_id=firing_id,
            line_id=row.line_id,
        )
        for row in turned
    ]
    freed: dict[UUID, Decimal] = {}
    for row in turned:
        freed[row.ingredient_id] = freed.get(row.ingredient_id, Decimal()) + row.quantity
    # Nothing is decided by what there is: it is locked last, so that placing hardly waits.
    move(location_id, moves, reserved=freed)


def take_back(event: LineVoided) -> None:
    """Follow a void: what was held is free at once, what was fired is reversed by a job."""
    if event.was == "held":
        free(event.location_id, [event.line_id])
    elif event.was != "new":
        later(REVERSE, payload_of(event), event=type(event).__name__)


def reverse(location_id: UUID, line_id: UUID, *, made: bool) -> int:
    """Give back what a voided line took; returns how many ledger rows that made.

    Each depletion is reversed (cause `void`). What was made is gone all the same: a second row
    (cause `waste`) takes it again, so that stock stays down and the ledger shows the waste.
    A line that is not depleted yet is depleted first. Asking again does nothing.
    """
    with transaction():
        deplete(location_id, _firing_id(line_id), [line_id])
        taken = _not_reversed(line_id)
        moves = [_move(row, "void", -row.quantity) for row in taken]
        if made:
            moves += [_move(row, "waste", row.quantity) for row in taken]
        ingredient_ids = {row.ingredient_id for row in taken}
        lock_stock(location_id, ingredient_ids)
        move(location_id, moves)
        if not made:
            left_changed(location_id, ingredient_ids)
    return len(moves)


def _firing_id(line_id: UUID) -> UUID:
    """The line's last firing."""
    tenant_id = current_tenant_id()
    found: UUID = execute(
        select(FiringLine.firing_id)
        .join(Firing, (Firing.tenant_id == tenant_id) & (Firing.id == FiringLine.firing_id))
        .where(FiringLine.tenant_id == tenant_id, FiringLine.line_id == line_id)
        .order_by(Firing.number.desc())
        .limit(1)
    ).scalar_one()
    return found


def _not_reversed(line_id: UUID) -> list[Row[Any]]:
    tenant_id = current_tenant_id()
    reversed_already = select(Movement.ingredient_id).where(
        Movement.tenant_id == tenant_id, Movement.line_id == line_id, Movement.cause == "void"
    )
    return list(
        execute(
            select(Movement.ingredient_id, Movement.line_id, Movement.quantity).where(
                Movement.tenant_id == tenant_id,
                Movement.line_id == line_id,
                Movement.cause == "depletion",
                Movement.ingredient_id.not_in(reversed_already),
            )
        ).all()
    )


def _move(row: Row[Any], cause: str, quantity: Decimal) -> Move:
    return Move(
        ingredient_id=row.ingredient_id,
        quantity=quantity,
        cause=cause,
        cause_id=row.line_id,
        line_id=row.line_id,
    )
