"""A restaurant's first evening: the planner still believes that the database is empty."""

from typing import Any

from psycopg import Connection, connect

from app.core.db import db
from app.core.settings import load_settings
from app.factory import create_app
from app.ordering.queries.floor import get_floor
from tests.support.recorder import record_transactions
from tests.support.restaurants import TRATTORIA, Restaurant, open_restaurant
from tests.support.servers import Addresses, scratch_database
from tests.support.statement import Statement
from tests.support.trade import order

ORDERS = 150
# Small tables are read from end to end for each line; for each pair of lines is too much.
PASSES = 10
FILLING = ("orders", "order_line", "firing", "firing_line", "ticket", "ticket_line", "bill")


def test_the_floor_goes_from_orders_to_their_firings_and_not_through_all_pairs(
    addresses: Addresses,
) -> None:
    with scratch_database(addresses) as scratch:
        app = create_app(load_settings(scratch.environment))
        restaurant = open_restaurant(app, TRATTORIA, "first-evening")
        _open_orders(restaurant, 1)
        with connect(scratch.owner_url, autocommit=True) as owner:
            owner.execute("ANALYZE")
            for table in FILLING:
                owner.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
        _open_orders(restaurant, ORDERS)

        with record_transactions(app) as transactions, restaurant.inside():
            get_floor(restaurant.location, restaurant.people["bob"].member_id)
        kitchen = [one for asked in transactions for one in asked if "firing_line" in one.sql]
        with connect(scratch.app_url, autocommit=True) as connection:
            read = [_rows_read(connection, restaurant, one) for one in kitchen]
        with app.app_context():
            db.engine.dispose()
        app.extensions["redis"].close()

    assert len(read) == 1
    assert read[0] < PASSES * ORDERS**2


def _open_orders(restaurant: Restaurant, count: int) -> None:
    for _ in range(count):
        with restaurant.inside():
            order(restaurant, "Margherita", "Espresso")


def _rows_read(connection: Connection, restaurant: Restaurant, asked: Statement) -> float:
    with connection.transaction():
        connection.execute(
            "SELECT set_config('app.tenant_id', %s, true)", [str(restaurant.tenant.id)]
        )
        explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {asked.sql}"
        row = connection.execute(explain, asked.parameters[0]).fetchone()
    assert row
    return _read(row[0][0]["Plan"])


def _read(node: dict[str, Any]) -> float:
    thrown_away = sum(value for name, value in node.items() if name.startswith("Rows Removed"))
    own: float = (node["Actual Rows"] + thrown_away) * node["Actual Loops"]
    return own + sum(_read(one) for one in node.get("Plans", ()))
