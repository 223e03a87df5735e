"""The floor plan: each table's stage, and what needs a person now. Three statements."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.core import clock
from app.core.db import execute
from app.core.tenant import current_tenant_id
from app.floor.domain import TableFacts, TableStage, VisitState, table_stage
from app.floor.queries import PartyView, TableView, tables
from app.tenancy.queries import LocationView

GREET_WITHIN = timedelta(minutes=5)
LATE_FACTOR = 1.2


@dataclass(frozen=True, kw_only=True)
class TableOnFloor:
    """A table at its stage. `since` is what its minutes count from, `due_minor` what is owed."""

    table: TableView
    stage: TableStage
    since: datetime | None
    due_minor: int
    ready: int
    in_kitchen: int
    order_id: UUID | None
    is_greeted: bool


@dataclass(frozen=True, kw_only=True)
class AreaView:
    """An area's tables, and how many are taken."""

    name: str
    tables: tuple[TableOnFloor, ...]

    @property
    def taken(self) -> int:
        """How many tables are not free."""
        return sum(spot.table.party is not None for spot in self.tables)


@dataclass(frozen=True, kw_only=True)
class Attention:
    """Something that wants a person: `need` is ready, late, bill or greet."""

    need: str
    name: str
    table_id: UUID | None
    order_id: UUID | None
    since: datetime
    count: int
    amount_minor: int
    item: str


@dataclass(frozen=True, kw_only=True)
class FloorView:
    """The floor of a location; `now` is when it was read."""

    areas: tuple[AreaView, ...]
    attention: tuple[Attention, ...]
    open_counter_orders: int
    now: datetime


@dataclass
class _Facts:
    """What is known of a party or of a counter order, gathered line by line."""

    order_id: UUID | None = None
    name: str = ""
    lines: int = 0
    due_minor: int = 0
    is_settled: bool = False
    cooking: list[Row[Any]] = field(default_factory=list)
    ready: list[Row[Any]] = field(default_factory=list)
    late: list[Row[Any]] = field(default_factory=list)


_ORDERS = text(
    "SELECT o.id, o.visit_id, o.number, o.pickup_name, o.state,"
    " (SELECT count(*) FROM order_line l WHERE l.tenant_id = o.tenant_id"
    "  AND l.order_id = o.id AND l.state <> 'voided') AS lines,"
    " (SELECT coalesce(sum(b.total_minor - b.paid_minor), 0)::bigint FROM bill b"
    "  WHERE b.tenant_id = o.tenant_id AND b.order_id = o.id AND b.state = 'open') AS due_minor,"
    " (SELECT bool_and(b.state <> 'open') FROM bill b"
    "  WHERE b.tenant_id = o.tenant_id AND b.order_id = o.id) AS is_settled"
    " FROM orders o LEFT JOIN visit v ON v.tenant_id = o.tenant_id AND v.id = o.visit_id"
    " WHERE o.tenant_id = :tenant_id AND o.location_id = :location_id AND o.state <> 'cancelled'"
    " AND (o.state = 'open' OR v.state <> 'done') ORDER BY o.opened_at"
)
# From the orders that are on the floor to their lines and firings, whatever the planner expects:
# on a database that was analysed while it was empty, it would begin with everybody's firings.
_IN_KITCHEN = text(
    "WITH cooking AS MATERIALIZED ("
    " SELECT l.tenant_id, l.id, l.order_id, l.state, l.name, l.quantity, l.prep_minutes, l.stations"
    " FROM order_line l WHERE l.tenant_id = :tenant_id AND l.order_id = ANY(:order_ids)"
    " AND l.state IN ('fired', 'preparing', 'ready'))"
    " SELECT l.order_id, l.state, l.name, l.quantity, f.fired_at,"
    " greatest(coalesce(l.prep_minutes, 0) * :factor, (SELECT max(s.late_minutes) FROM station s"
    "  WHERE s.tenant_id = l.tenant_id AND l.stations ? s.id::text)) AS late_minutes"
    " FROM cooking l CROSS JOIN LATERAL (SELECT f.fired_at FROM firing_line fl"
    "  JOIN firing f ON f.tenant_id = fl.tenant_id AND f.id = fl.firing_id"
    "  WHERE fl.tenant_id = l.tenant_id AND fl.line_id = l.id OFFSET 0) f"
    " ORDER BY f.fired_at"
)


def get_floor(location: LocationView, member_id: UUID) -> FloorView:
    """The floor now. `attention` is for the tables `member_id` serves; a member who serves none
    (a manager, a cashier) sees everybody's, and everybody sees the counter's.
    """
    now = clock.now()
    by_visit, counter = _facts(location, now)
    spots = [_spot(table, _of(table, by_visit), now) for table in tables(location)]
    mine = [s for s in spots if s.table.party and s.table.party.server_id == member_id]
    wanted = [_need(spot, _of(spot.table, by_visit)) for spot in mine or spots]
    ready = [_counter_ready(facts) for facts in counter if facts.ready]
    return FloorView(
        areas=tuple(
            AreaView(name=name, tables=tuple(members))
            for name, members in groupby(spots, key=lambda spot: spot.table.area)
        ),
        attention=tuple(sorted([*filter(None, wanted), *ready], key=_urgency)),
        open_counter_orders=len(counter),
        now=now,
    )


def _of(table: TableView, by_visit: dict[UUID, _Facts]) -> _Facts:
    return by_visit[table.party.visit_id] if table.party else _Facts()


def _facts(location: LocationView, now: datetime) -> tuple[dict[UUID, _Facts], list[_Facts]]:
    """Facts by party, and those of the open orders that have none."""
    scope = {"tenant_id": current_tenant_id(), "location_id": location.id}
    by_visit: dict[UUID, _Facts] = defaultdict(_Facts)
    by_order: dict[UUID, _Facts] = {}
    counter: list[_Facts] = []
    for order in execute(_ORDERS, scope).all():
        facts = by_visit[order.visit_id] if order.visit_id else _Facts()
        if not order.visit_id:
            counter.append(facts)
        _add_order(facts, order)
        by_order[order.id] = facts
    wanted = {**scope, "order_ids": list(by_order), "factor": LATE_FACTOR}
    for line in execute(_IN_KITCHEN, wanted):
        _add_line(by_order[line.order_id], line, now)
    return by_visit, counter


def _add_order(facts: _Facts, order: Row[Any]) -> None:
    facts.order_id = order.id if order.state == "open" else facts.order_id
    facts.name = order.pickup_name or (f"#{order.number}" if order.number else "")
    facts.lines += order.lines
    facts.due_minor += order.due_minor
    facts.is_settled = bool(order.is_settled and order.lines and not facts.due_minor)


def _add_line(facts: _Facts, line: Row[Any], now: datetime) -> None:
    if line.state == "ready":
        facts.ready.append(line)
        return
    facts.cooking.append(line)
    if line.late_minutes and now - line.fired_at > timedelta(minutes=float(line.late_minutes)):
        facts.late.append(line)


def _spot(table: TableView, facts: _Facts, now: datetime) -> TableOnFloor:
    party = table.party
    stage = table_stage(
        TableFacts(
            visit_state=party.state if party else None,
            has_lines=facts.lines > 0,
            is_cooking=bool(facts.cooking),
            is_ready=bool(facts.ready),
            is_late=bool(facts.late),
            is_bill_asked=bool(party and party.state == VisitState.LEAVING and facts.due_minor),
            is_paid=facts.is_settled,
        )
    )
    return TableOnFloor(
        table=table,
        stage=stage,
        since=_since(party, facts),
        due_minor=facts.due_minor,
        ready=len(facts.ready),
        in_kitchen=len(facts.cooking) + len(facts.ready),
        order_id=facts.order_id,
        is_greeted=party is None or facts.lines > 0 or now - party.seated_at < GREET_WITHIN,
    )


def _since(party: PartyView | None, facts: _Facts) -> datetime | None:
    first = next(iter(facts.late or facts.ready or facts.cooking), None)
    if first is not None:
        fired_at: datetime = first.fired_at
        return fired_at
    return party.seated_at if party else None


def _need(spot: TableOnFloor, facts: _Facts) -> Attention | None:
    """The most pressing thing about a table, or None."""
    by_stage = {TableStage.LATE: "late", TableStage.READY: "ready", TableStage.BILL: "bill"}
    need = by_stage.get(spot.stage, "" if spot.is_greeted else "greet")
    if not need or spot.since is None:
        return None
    lines = facts.late if need == "late" else facts.ready
    return Attention(
        need=need,
        name=spot.table.name,
        table_id=spot.table.id,
        order_id=spot.order_id,
        since=spot.since,
        count=len(lines) if lines else spot.table.party.guests if spot.table.party else 0,
        amount_minor=spot.due_minor,
        item=lines[0].name if lines else "",
    )


def _counter_ready(facts: _Facts) -> Attention:
    return Attention(
        need="ready",
        name=facts.name,
        table_id=None,
        order_id=facts.order_id,
        since=facts.ready[0].fired_at,
        count=len(facts.ready),
        amount_minor=facts.due_minor,
        item=facts.ready[0].name,
    )


def _urgency(attention: Attention) -> tuple[int, datetime]:
    return ("late", "ready", "bill", "greet").index(attention.need), attention.since
