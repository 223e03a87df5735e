"""A big installation out of a small one: one restaurant and its order, copied many times by SQL.

Copies keep their references, for an id is always mapped the same way, and ids of orders rise as
real ones do. Triggers and foreign keys rest meanwhile, so that a million orders take minutes.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from psycopg import Connection, sql

# What an order writes; all of these have an id.
OF_ORDERS = (
    *("orders", "order_change", "bill", "order_line", "line_modifier", "line_tax", "bill_line"),
    *("reservation", "firing", "firing_line", "ticket", "ticket_line", "outbox"),
)
LEFT_OUT = ("audit_entry", "idempotency", "login_session", "state_change")
TABLES = """
SELECT c.table_name, array_agg(c.column_name::text ORDER BY c.ordinal_position),
  array_agg(c.udt_name::text ORDER BY c.ordinal_position)
FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
GROUP BY c.table_name HAVING bool_or(c.column_name = 'tenant_id') ORDER BY c.table_name
"""
# The order that is copied is over, and its day as well.
OVER = (
    "UPDATE orders SET state = 'closed', closed_at = now() WHERE tenant_id = %s",
    "UPDATE ticket SET state = 'bumped', bumped_at = now() - interval '1 day' WHERE tenant_id = %s",
    "UPDATE business_day SET closed_at = now(), date = date - 400 WHERE tenant_id = %s",
    "UPDATE outbox SET sent_at = now(), done_at = now() WHERE tenant_id = %s",
)
# The n-th copy's ids begin with n where a real one has the time.
ORDER_ID = (
    "(lpad(to_hex(tenant * 4096 + n), 12, '0')"
    " || substr(md5({column}::text || '/' || tenant || '/' || n), 13))::uuid"
)
HOUSE_ID = "md5({column}::text || '/' || tenant)::uuid"
# Changes of a location are numbered on from the real ones: copies lie below zero.
COUNTED = {"number": "{column} + n", "seq": "{column} - n * 10"}


@dataclass
class Copies:
    """Copies of `tenant_id`, which has one order so far. `admin` is a superuser's connection."""

    admin: Connection
    tenant_id: UUID
    _tables: dict[str, tuple[list[str], list[str]]] = field(default_factory=dict)
    _own_ids: list[UUID] = field(default_factory=list)

    def __post_init__(self) -> None:
        for statement in OVER:
            self.admin.execute(statement, [self.tenant_id])
        self._tables = {name: (columns, kinds) for name, columns, kinds in self._ask(TABLES)}
        for table in OF_ORDERS:
            found = self._ask(f"SELECT id FROM {table} WHERE tenant_id = %s", [self.tenant_id])
            self._own_ids += [row[0] for row in found]

    def copy(self, tenants: range, orders: int) -> None:
        """Give tenants (numbers; 0 is the one that is there) `orders` orders each."""
        new = [number for number in tenants if number]
        with self.admin.transaction():
            self.admin.execute("SET LOCAL session_replication_role = replica")
            for table in self._tables.keys() - set(OF_ORDERS) - set(LEFT_OUT):
                self._copy(table, new, 1)
            for table in OF_ORDERS:
                self._copy(table, list(tenants), orders)
        with self.admin.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")

    def _copy(self, table: str, tenants: list[int], times: int) -> None:
        columns, kinds = self._tables[table]
        is_of_orders = table in OF_ORDERS
        values = [
            _value(*pair, is_of_orders=is_of_orders) for pair in zip(columns, kinds, strict=True)
        ]
        statement = sql.SQL(
            "INSERT INTO {table} ({names}) SELECT {values} FROM {table} one,"
            " unnest(%(tenants)s::int[]) tenant, generate_series(1, %(times)s) n"
            " WHERE one.tenant_id = %(tenant_id)s"
            + (" AND one.id = ANY(%(own)s)" if is_of_orders else "")
        ).format(
            table=sql.Identifier(table),
            names=sql.SQL(", ").join(map(sql.Identifier, columns)),
            values=sql.SQL(", ").join(values),
        )
        self.admin.execute(
            statement,
            {
                "tenants": tenants,
                "times": times,
                "tenant_id": self.tenant_id,
                "own": self._own_ids,
            },
        )

    def _ask(self, statement: str, parameters: Any = None) -> list[Any]:
        return self.admin.execute(statement.encode(), parameters).fetchall()


def _value(column: str, kind: str, *, is_of_orders: bool) -> sql.Composable:
    named = f'one."{column}"'
    if is_of_orders and column in COUNTED:
        return sql.SQL(COUNTED[column].format(column=named))
    if kind != "uuid":
        return sql.SQL(named)
    return sql.SQL(
        f"CASE WHEN {named} = ANY(%(own)s) THEN {ORDER_ID.format(column=named)}"
        f" WHEN tenant = 0 THEN {named} ELSE {HOUSE_ID.format(column=named)} END"
    )
