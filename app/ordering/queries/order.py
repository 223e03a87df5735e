"""One order: four statements, however long the bill."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, select, text

from app.core.db import execute, of_tenant, run
from app.core.errors import NotFound
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.permissions import ORDER_CANCEL, ORDER_CREATE
from app.ordering.domain.states import EDITABLE, permission_to_void
from app.ordering.models import Bill, BillLine, Line, LineTax
from app.ordering.queries.views import (
    AllergyOnLine,
    BillView,
    CourseView,
    LineView,
    ModifierOnLine,
    OrderView,
    TaxRow,
)
from app.tenancy.queries import LocationView

_ORDER = text(
    "SELECT o.id, o.number, o.version, o.state, o.style, o.channel, o.service_type, o.currency,"
    " o.pickup_name, o.opened_at, o.placed_at, o.visit_id, coalesce(v.state, '') AS visit_state,"
    " coalesce(v.guests, 0) AS guests, v.seated_at, m.name AS server,"
    " array(SELECT t.name FROM visit_table vt"
    "  JOIN floor_table t ON t.tenant_id = vt.tenant_id AND t.id = vt.table_id"
    "  WHERE vt.tenant_id = o.tenant_id AND vt.visit_id = o.visit_id ORDER BY t.name) AS tables"
    " FROM orders o"
    " LEFT JOIN visit v ON v.tenant_id = o.tenant_id AND v.id = o.visit_id"
    " JOIN member m ON m.tenant_id = o.tenant_id AND m.id = coalesce(v.server_id, o.opened_by)"
    " WHERE o.tenant_id = :tenant_id AND o.location_id = :location_id AND o.id = :order_id"
)

# What hangs on a line comes as JSON arrays with it: one statement for any number of lines.
_LINES = (
    "SELECT l.id, l.item_id, l.category_name, l.name, l.variant_name, l.quantity, l.gross_minor,"
    " l.course, l.on_hold, l.note, l.state, l.version, l.position,"
    " l.parent_line_id IS NOT NULL AS is_nested,"
    " coalesce(l.void_reason, '') AS void_reason, coalesce(l.void_made, false) AS void_made,"
    " coalesce(m.name, '') AS voided_by,"
    " CASE l.state WHEN 'voided' THEN (SELECT a.name FROM audit_entry e"
    "  JOIN member a ON a.tenant_id = e.tenant_id AND a.id = e.approver_id"
    "  WHERE e.tenant_id = l.tenant_id AND e.subject_id = l.id"
    "  ORDER BY e.id DESC LIMIT 1) END AS approved_by,"
    " (SELECT max(f.fired_at) FROM firing_line fl"
    "  JOIN firing f ON f.tenant_id = fl.tenant_id AND f.id = fl.firing_id"
    "  WHERE fl.tenant_id = l.tenant_id AND fl.line_id = l.id) AS fired_at,"
    " (SELECT coalesce(jsonb_agg(jsonb_build_array(x.modifier_id, x.name, x.kind, x.price_minor)"
    "   ORDER BY x.position), '[]') FROM line_modifier x"
    "  WHERE x.tenant_id = l.tenant_id AND x.line_id = l.id) AS modifiers,"
    " (SELECT coalesce(jsonb_agg(x.seat ORDER BY x.seat), '[]') FROM line_seat x"
    "  WHERE x.tenant_id = l.tenant_id AND x.line_id = l.id) AS seats,"
    " (SELECT coalesce(jsonb_agg(jsonb_build_array(x.allergen, x.seat)"
    "   ORDER BY x.allergen, x.seat), '[]') FROM line_allergy x"
    "  WHERE x.tenant_id = l.tenant_id AND x.line_id = l.id) AS allergies"
    " FROM order_line l"
    " LEFT JOIN member m ON m.tenant_id = l.tenant_id AND m.id = l.voided_by"
    " WHERE l.tenant_id = :tenant_id AND l.location_id = :location_id"
)
_BILLS = (
    select(Bill.__table__)
    .where(of_tenant(Bill), Bill.order_id == bindparam("order_id"))
    .order_by(Bill.number)
)
_TAXES = (
    select(
        BillLine.bill_id,
        LineTax.name,
        LineTax.percent,
        LineTax.inclusive,
        func.sum(LineTax.amount_minor).label("amount_minor"),
    )
    .join(Line, (Line.tenant_id == LineTax.tenant_id) & (Line.id == LineTax.line_id))
    .join(BillLine, (BillLine.tenant_id == Line.tenant_id) & (BillLine.line_id == Line.id))
    .where(of_tenant(LineTax), Line.order_id == bindparam("order_id"), Line.state != "voided")
    .group_by(BillLine.bill_id, LineTax.name, LineTax.percent, LineTax.inclusive)
    .order_by(LineTax.percent.desc(), LineTax.name)
)
_LINES_OF_ORDER = text(_LINES + " AND l.order_id = :order_id ORDER BY l.position, l.id")


def get_order(location: LocationView, order_id: UUID, actor: Actor) -> OrderView:
    """An order as `actor` sees it; raises NotFound."""
    row = _row(location, order_id)
    lines = execute(_LINES_OF_ORDER, _scope(location, order_id=order_id)).all()
    views = [_line(line, actor, is_open=row.state == "open") for line in lines]
    return OrderView(
        **{name: row._mapping[name] for name in _COPIED},
        tables=tuple(row.tables),
        courses=_courses([line for line in views if line.state != "new"]),
        unsent=tuple(line for line in views if line.state == "new"),
        bills=_bills(order_id),
        newest_id=views[-1].id if views else None,
        can_cancel=actor.may_ask(ORDER_CANCEL if row.placed_at else ORDER_CREATE),
    )


_COPIED = (
    "id",
    "number",
    "version",
    "state",
    "style",
    "channel",
    "service_type",
    "currency",
    "pickup_name",
    "opened_at",
    "placed_at",
    "visit_id",
    "visit_state",
    "guests",
    "seated_at",
    "server",
)


def get_line(location: LocationView, line_id: UUID, actor: Actor) -> tuple[OrderView, LineView]:
    """A line and the order it is on; raises NotFound."""
    order = get_order(location, order_of_line(location, line_id), actor)
    return order, next(line for line in order.lines if line.id == line_id)


def order_of_line(location: LocationView, line_id: UUID) -> UUID:
    """The order that a line is on; raises NotFound."""
    order_id = execute(
        select(Line.order_id).where(
            Line.tenant_id == current_tenant_id(),
            Line.location_id == location.id,
            Line.id == line_id,
        )
    ).scalar_one_or_none()
    if order_id is None:
        raise NotFound("no_line", "There is no such line.")
    return UUID(str(order_id))


def counts_on_order(order: OrderView) -> dict[UUID, Decimal]:
    """How many of each item are on an order, voided ones left out."""
    counts: dict[UUID, Decimal] = defaultdict(Decimal)
    for line in order.lines:
        if line.state != "voided":
            counts[line.item_id] += line.quantity
    return dict(counts)


def _row(location: LocationView, order_id: UUID) -> Row[Any]:
    row = execute(_ORDER, _scope(location, order_id=order_id)).one_or_none()
    if row is None:
        raise NotFound("no_order", "There is no such order.")
    return row


def _scope(location: LocationView, **ids: UUID) -> dict[str, UUID]:
    return {"tenant_id": current_tenant_id(), "location_id": location.id, **ids}


def _line(row: Row[Any], actor: Actor, *, is_open: bool) -> LineView:
    fields = dict(row._mapping)
    del fields["position"]
    fields["modifiers"] = tuple(
        ModifierOnLine(modifier_id=UUID(modifier_id), name=name, kind=kind, price_minor=price)
        for modifier_id, name, kind, price in row.modifiers
    )
    fields["seats"] = tuple(row.seats)
    fields["allergies"] = tuple(
        AllergyOnLine(allergen=allergen, seat=seat) for allergen, seat in row.allergies
    )
    may_order = is_open and actor.may(ORDER_CREATE)
    return LineView(
        **fields,
        can_edit=may_order and row.state in EDITABLE,
        can_remove=may_order and row.state == "new",
        can_void=is_open and row.state not in ("new", "voided") and _may_void(actor, row.state),
    )


def _may_void(actor: Actor, state: str) -> bool:
    return actor.may_ask(permission_to_void(state) or ORDER_CREATE)


def _courses(lines: Sequence[LineView]) -> tuple[CourseView, ...]:
    in_order = sorted(lines, key=lambda line: line.course)
    return tuple(
        CourseView(number=number, lines=tuple(members))
        for number, members in groupby(in_order, key=lambda line: line.course)
    )


def _bills(order_id: UUID) -> tuple[BillView, ...]:
    taxes = _taxes(order_id)
    return tuple(
        BillView(
            id=row.id,
            number=row.number,
            state=row.state,
            version=row.version,
            total_minor=row.total_minor,
            paid_minor=row.paid_minor,
            under_way_minor=row.under_way_minor,
            taxes=taxes[row.id],
        )
        for row in run(_BILLS, order_id=order_id)
    )


def _taxes(order_id: UUID) -> dict[UUID, tuple[TaxRow, ...]]:
    taxes: dict[UUID, tuple[TaxRow, ...]] = defaultdict(tuple)
    for row in run(_TAXES, order_id=order_id):
        found = TaxRow(
            name=row.name,
            percent=row.percent,
            inclusive=row.inclusive,
            amount_minor=int(row.amount_minor),
        )
        taxes[row.bill_id] += (found,)
    return taxes
