"""Lines: added by tap, edited and removed until the kitchen has them, served at the table."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update

from app.core import clock
from app.core.db import execute, transaction
from app.core.errors import Conflict, NotFound
from app.core.events import emit
from app.core.inserting import Values, insert_rows
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.permissions import ORDER_CREATE
from app.menu.commands import give_back_counted, take_counted
from app.menu.queries import sellable
from app.ordering.commands import line_parts
from app.ordering.commands.asked import LineEdit, NewLine
from app.ordering.commands.bills import (
    open_bill_id,
    put_on_bill,
    require_unsettled,
    retotal,
)
from app.ordering.commands.closing import close_when_done
from app.ordering.commands.drafts import Draft, draft, draft_new, require_quantity
from app.ordering.commands.facts import facts_of
from app.ordering.commands.orders import OrderRow, change_order
from app.ordering.commands.settling import settle_lowered
from app.ordering.domain.states import LINE, require_editable
from app.ordering.events import LineChanged
from app.ordering.models import BillLine, Line
from app.tenancy.queries import LocationView

LineRow = Row[Any]
MOST_AT_ONCE = 1000
NOT_IN_KITCHEN = ("new", "held", "served")


def add_line(actor: Actor, location: LocationView, order_id: UUID, new: NewLine) -> UUID:
    """Add one line at the price, name and tax of this moment; returns its id.

    Adding commutes and so checks no version. Raises Conflict for what is off sale and for an id
    that is taken, Invalid for a modifier rule.
    """
    actor.require(ORDER_CREATE)
    with transaction():
        detail = {"line": str(new.line_id)}
        order = change_order(actor.member_id, location, order_id, "add_line", detail)
        bill_id = open_bill_id(location, order_id)
        write_new(actor, location, order, draft_new(location, order, [new]))
        put_on_bill(location, bill_id, [new.line_id])
        retotal(location, bill_id)
    return new.line_id


def write_new(
    actor: Actor,
    location: LocationView,
    order: OrderRow,
    drafts: Sequence[Draft],
    own: Mapping[UUID, Values] | None = None,
) -> None:
    """Write the lines of one act and what hangs on them; bills are the caller's.

    `own` are further columns by line. Raises Conflict for an id that is taken.
    """
    shared = {
        "location_id": location.id,
        "order_id": order.id,
        "service_type": order.service_type,
        "added_by": actor.member_id,
        "added_at": clock.now(),
    }
    # By act, so that what is added later stands below all that one act added.
    first = order.version * MOST_AT_ONCE
    rows = [
        {
            **shared,
            "id": draft.line_id,
            "position": first + nth,
            **draft.values,
            **(own or {}).get(draft.line_id, {}),
        }
        for nth, draft in enumerate(drafts)
    ]
    if insert_rows(Line, rows, on_conflict="DO NOTHING") < len(rows):
        raise Conflict("line_exists", "This line has been added already.")
    line_parts.write(location, drafts)


def edit_line(
    actor: Actor, location: LocationView, line_id: UUID, version: int, edit: LineEdit
) -> UUID:
    """Replace what may be changed about a new or held line; returns the order's id.

    A held line's reservation follows. Raises Conflict when somebody else changed the line.
    """
    actor.require(ORDER_CREATE)
    require_quantity(edit)
    with transaction():
        order, line = change_line(actor, location, line_id, version, "edit_line")
        require_editable(line.state)
        sold = sellable(
            location,
            line.variant_id,
            edit.modifier_ids,
            order.service_type,
            order.channel,
            clock.now(),
        )
        # What was agreed stands: the unit price of this moment is for new lines only.
        sold = replace(sold, unit_price_minor=line.unit_price_minor)
        _follow_count(location, line, edit.quantity)
        drafts = draft(location, [(line_id, sold, edit)])
        _update_line(line_id, version=version + 1, **drafts[0].values)
        line_parts.clear(line_id)
        line_parts.write(location, drafts)
        settle_lowered(actor.member_id, location, order.id)
        if line.state == "held":
            line_facts = facts_of([line_id])[0]
            emit(LineChanged(location_id=location.id, order_id=order.id, line=line_facts))
    return UUID(str(order.id))


def remove_line(actor: Actor, location: LocationView, line_id: UUID, version: int) -> UUID:
    """Take away a line that was never sent; returns the order's id."""
    actor.require(ORDER_CREATE)
    tenant_id = current_tenant_id()
    with transaction():
        order, line = change_line(actor, location, line_id, version, "remove_line")
        if line.state != "new":
            raise Conflict("line_sent", "This line has been sent; void it instead.")
        line_parts.clear(line_id)
        execute(
            delete(BillLine).where(BillLine.tenant_id == tenant_id, BillLine.line_id == line_id)
        )
        execute(delete(Line).where(Line.tenant_id == tenant_id, Line.id == line_id))
        settle_lowered(actor.member_id, location, order.id)
    return UUID(str(order.id))


def mark_lines(location: LocationView, states: Mapping[UUID, str]) -> None:
    """Carry the kitchen's progress onto lines. Does not raise the order's version.

    A line that is already there, served or voided is left as it is: kitchen and floor work at
    the same time.
    """
    tenant_id = current_tenant_id()
    for line_id, state in sorted(states.items()):
        before = [origin for origin, target in LINE.edges if target == state]
        execute(
            update(Line)
            .where(
                Line.tenant_id == tenant_id,
                Line.location_id == location.id,
                Line.id == line_id,
                Line.state.in_([origin for origin in before if origin not in NOT_IN_KITCHEN]),
            )
            .values(state=state)
        )


def serve_lines(
    actor: Actor, location: LocationView, order_id: UUID, line_ids: Sequence[UUID]
) -> None:
    """Mark lines as brought to the guest; without ids, all that are ready."""
    actor.require(ORDER_CREATE)
    with transaction():
        change_order(actor.member_id, location, order_id, "serve")
        wanted = Line.id.in_(line_ids) if line_ids else Line.state == "ready"
        execute(
            update(Line)
            .where(
                Line.tenant_id == current_tenant_id(),
                Line.order_id == order_id,
                Line.state.in_(("fired", "preparing", "ready")),
                wanted,
            )
            .values(state="served")
        )
        close_when_done(actor.member_id, location, order_id)


def change_line(
    actor: Actor, location: LocationView, line_id: UUID, version: int, act: str
) -> tuple[OrderRow, LineRow]:
    """Lock a line's order and the line, as a change of both; the version must be the line's."""
    tenant_id = current_tenant_id()
    order_id = execute(
        select(Line.order_id).where(
            Line.tenant_id == tenant_id, Line.location_id == location.id, Line.id == line_id
        )
    ).scalar_one_or_none()
    if order_id is None:
        raise NotFound("no_line", "There is no such line.")
    order = change_order(actor.member_id, location, order_id, act, {"line": str(line_id)})
    line = execute(
        select(Line.__table__)
        .where(Line.tenant_id == tenant_id, Line.id == line_id)
        .with_for_update()
    ).one_or_none()
    if line is None or line.version != version:
        raise Conflict("line_changed", "Somebody else changed this line. Look again.")
    require_unsettled(line_id)
    return order, line


def _follow_count(location: LocationView, line: LineRow, quantity: Decimal) -> None:
    """A held line of a counted item took its count already: take or give the difference."""
    more = quantity - line.quantity
    if line.state != "held" or not line.counted or not more:
        return
    act = take_counted if more > 0 else give_back_counted
    act(location, [(line.item_id, line.variant_id, abs(more))])


def _update_line(line_id: UUID, **values: object) -> None:
    execute(
        update(Line)
        .where(Line.tenant_id == current_tenant_id(), Line.id == line_id)
        .values(**values)
    )
