"""No hot query reads a big table from end to end, or finds rows without the tenant's key.

What screens, taps, the relay and the jobs ask is recorded, and PostgreSQL is asked for its plan of
each in a database with forty restaurants and some thousand orders.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from psycopg import Connection, connect, errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import select

from app.core import jobs
from app.core.db import db, execute
from app.core.ids import new_id
from app.core.relay import relay_batch, sweep
from app.core.settings import load_settings
from app.core.tenant import tenant_scope
from app.factory import create_app
from app.kitchen.commands import bump
from app.kitchen.models import Ticket
from app.ordering import commands
from app.privacy.commands import keeping
from tests.support.copies import Copies
from tests.support.recorder import record_transactions
from tests.support.restaurants import TRATTORIA, Restaurant, open_restaurant
from tests.support.servers import Addresses, scratch_database
from tests.support.statement import Statement
from tests.support.trade import Wanted, new_line, order, owner_of, pay
from tests.support.visitor import Visitor, signed_in

TENANTS, ORDERS_EACH = 40, 100
BIG = 3_000  # rows
SCREENS = ("/floor", "/orders", "/kitchen/kitchen", "/dashboard", "/orders/{order}")
BIG_TABLES = """
SELECT relname FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples > %s
"""
WHOLE_INDEXES = """
SELECT i.relname, t.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_class t ON t.oid = x.indrelid WHERE x.indpred IS NULL
"""
PLANS_TOLD = """
LOAD 'auto_explain';
SET auto_explain.log_min_duration = 0;
SET auto_explain.log_nested_statements = on;
SET auto_explain.log_format = json;
SET auto_explain.log_level = notice
"""
UNDONE = """
SELECT id FROM outbox
WHERE tenant_id = %s AND done_at IS NULL AND seq IS NULL AND not_before IS NULL
"""
# More people and gestures than restaurants have: only then does a plan say something of them.
MANY = """
INSERT INTO member (tenant_id, id, account_id, role_id, name, active)
SELECT tenant_id, gen_random_uuid(), gen_random_uuid(), role_id, name, active
FROM member, generate_series(1, 20);
INSERT INTO idempotency (tenant_id, key, route, body_hash, created_at)
SELECT tenant_id, gen_random_uuid(), '', '', now() - n * interval '1 hour'
FROM location, generate_series(1, 1000) n;
ANALYZE member, idempotency
"""
# What looks for the members of an account at all its restaurants.
OF_ACCOUNT = {
    "held": "app.account_hold(%(id)s)",
    "signed out": "app.account_sign_out(%(id)s, NULL, now())",
    "without links": "app.account_links_end(%(id)s, now())",
    "forgotten": "app.account_forget(%(id)s)",
}
# Looks for work of all tenants at once: their partial indexes hold only what is unfinished.
ACROSS_TENANTS = ("app.outbox_claim", "app.outbox_overdue", "app.outbox_lag", "app.tenants")


@dataclass(frozen=True)
class Town:
    """A database that is full, and the restaurant that is looked at in it."""

    restaurant: Restaurant
    visitor: Visitor
    app_connection: Connection
    owner: Connection
    admin_url: str
    big_tables: frozenset[str]
    # Whole indexes and their tables; a partial one holds little, such as what is open.
    big_indexes: dict[str, str]

    def plan(self, statement: Statement) -> dict[str, Any]:
        """PostgreSQL's plan of a recorded statement, as the application would get it."""
        with self.app_connection.transaction():
            self.app_connection.execute(
                "SELECT set_config('app.tenant_id', %s, true)", [str(self.restaurant.tenant.id)]
            )
            explain = f"EXPLAIN (FORMAT JSON) {statement.sql}"
            row = self.app_connection.execute(explain, statement.parameters[0]).fetchone()
        assert row
        found: dict[str, Any] = row[0][0]["Plan"]
        return found

    def plans_within(self, call: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        """The plans of what a function asks: it is called as a superuser, and rolled back."""
        plans: list[dict[str, Any]] = []

        def note(notice: errors.Diagnostic) -> None:
            message = notice.message_primary or ""
            plans.append(json.loads(message[message.index("{") :])["Plan"])

        with connect(self.admin_url) as admin:
            admin.execute(PLANS_TOLD)
            admin.add_notice_handler(note)
            admin.execute(f"SELECT {call}".encode(), parameters)
            admin.rollback()
        return plans


@pytest.fixture(scope="module")
def town(addresses: Addresses) -> Iterator[Town]:
    with scratch_database(addresses) as scratch:
        app = create_app(load_settings(scratch.environment))
        restaurant = open_restaurant(app, TRATTORIA, "town")
        with restaurant.inside():
            placed = order(restaurant, Wanted("Margherita", 1, ("Extra cheese",)), "Espresso")
            pay(restaurant, placed)
        name = str(conninfo_to_dict(scratch.app_url)["dbname"])
        admin_url = make_conninfo(scratch.admin_url, dbname=name)
        with connect(admin_url, autocommit=True) as admin:
            Copies(admin, restaurant.tenant.id).copy(range(TENANTS), ORDERS_EACH)
            admin.execute(MANY)
            tables = frozenset(row[0] for row in admin.execute(BIG_TABLES, [BIG]))
            indexes: dict[str, str] = dict(iter(admin.execute(WHOLE_INDEXES)))
        visitor = signed_in(app, restaurant.people["alice"])
        with (
            connect(scratch.app_url, autocommit=True) as connection,
            connect(scratch.owner_url, autocommit=True) as owner,
        ):
            yield Town(restaurant, visitor, connection, owner, admin_url, tables, indexes)
        with app.app_context():
            db.engine.dispose()
        app.extensions["redis"].close()


def _use_everything(town: Town) -> None:
    restaurant = town.restaurant
    for _ in range(3):
        with restaurant.inside():
            placed = order(restaurant, Wanted("Margherita", 1, ("Extra cheese",)), "Bruschetta")
            line = new_line(restaurant, Wanted("Steak", 1, ("Rare",)))
            commands.add_line(owner_of(restaurant), restaurant.location, placed.order_id, line)
            commands.send(owner_of(restaurant), restaurant.location, placed.order_id)
    for screen in SCREENS:
        town.visitor.get(restaurant.url + screen.format(order=placed.order_id))
    _cook(restaurant)
    with restaurant.inside():
        pay(restaurant, placed, 100)
    _relay_and_work(town)


def _cook(restaurant: Restaurant) -> None:
    with restaurant.inside():
        tickets = execute(
            select(Ticket.id, Ticket.version).where(
                Ticket.tenant_id == restaurant.tenant.id, Ticket.state != "bumped"
            )
        ).all()
    for ticket in tickets:
        with restaurant.inside():
            bump(owner_of(restaurant), restaurant.location, ticket.id, ticket.version)


def _relay_and_work(town: Town) -> None:
    restaurant = town.restaurant
    app: Flask = restaurant.app
    with app.app_context():
        relay_batch(app.extensions["redis"])
    rows = [str(row[0]) for row in town.owner.execute(UNDONE, [restaurant.tenant.id])]
    for row_id in rows:
        with app.app_context():
            jobs.run(str(restaurant.tenant.id), row_id)
    with app.app_context(), tenant_scope(None):
        sweep(app.extensions["redis"])


def test_every_hot_query_finds_its_rows_by_an_index_led_by_the_tenant(town: Town) -> None:
    with record_transactions(town.restaurant.app) as transactions:
        _use_everything(town)
    asked = {one.sql: one for statements in transactions for one in statements}

    offences = [
        f"{offence}\n  in {' '.join(statement.sql.split())[:300]}"
        for statement in asked.values()
        if _has_plan(statement)
        for offence in _offences(town.plan(statement), town)
    ]

    assert len(asked) > 80, "too little was recorded to say anything"
    assert {"orders", "order_line", "ticket", "bill", "outbox"} <= town.big_tables
    assert offences == [], "\n".join(offences)


@pytest.mark.parametrize("old", ["added_at <", "idempotency.created_at <"])
def test_what_is_old_is_found_by_its_age(old: str, town: Town) -> None:
    with record_transactions(town.restaurant.app) as transactions, town.restaurant.inside():
        keeping.enforce()
    asked = [one for statements in transactions for one in statements if old in one.sql]

    assert len(asked) > 0
    assert _offences(town.plan(asked[0]), town) == []


@pytest.mark.parametrize("what", OF_ACCOUNT)
def test_the_members_of_an_account_are_found_without_reading_all_others(
    what: str, town: Town
) -> None:
    plans = town.plans_within(OF_ACCOUNT[what], {"id": new_id()})

    found = {index for plan in plans for index in _ways_to("member", plan)}
    assert found == {"ix_member_account_id"}


def test_a_scan_of_a_big_table_is_seen(town: Town) -> None:
    for asked in (
        "SELECT * FROM order_line WHERE unit = %(text)s",
        "UPDATE ticket SET title = %(text)s WHERE tenant_id = app.tenant_id() AND subtitle = ''",
    ):
        plan = town.plan(Statement(asked, ({"text": "x"},), is_many=False))
        assert _offences(plan, town), asked


def _has_plan(statement: Statement) -> bool:
    verb = statement.sql.split(maxsplit=1)[0]
    across = any(name in statement.sql for name in ACROSS_TENANTS)
    return verb in {"SELECT", "UPDATE", "INSERT", "DELETE", "WITH"} and not across


def _ways_to(table: str, node: dict[str, Any]) -> Iterator[str]:
    """The indexes by which a plan finds rows of a table; "" where it reads them all."""
    if node["Node Type"].endswith("Scan") and node.get("Relation Name") == table:
        yield node.get("Index Name", "")
    for one in node.get("Plans", ()):
        yield from _ways_to(table, one)


def _offences(node: dict[str, Any], town: Town, above: str = "") -> list[str]:
    kind, index = node["Node Type"], node.get("Index Name", "")
    filtered = node.get("Filter", above if kind == "Bitmap Index Scan" else "")
    inner = [_offences(one, town, filtered) for one in node.get("Plans", ())]
    found = [offence for offences in inner for offence in offences]
    if kind == "Seq Scan" and node["Relation Name"] in town.big_tables:
        found.append(f"reads all of {node['Relation Name']}")
    if town.big_indexes.get(index) in town.big_tables:
        condition = node.get("Index Cond", "")
        if "tenant_id =" not in condition:
            found.append(f"{kind} in {index} without the tenant: {condition}")
        elif condition.count("=") < 2 and filtered:
            found.append(f"{kind} in {index} reads all of the tenant: {filtered}")
    return found
