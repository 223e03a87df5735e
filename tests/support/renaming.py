"""Giving everything of a restaurant other names, past the product."""

from collections.abc import Sequence

from psycopg import Connection, sql

from tests.support.restaurants import Restaurant

# The columns that hold what people call things, in whatever table.
WORDS = [
    *("name", "kitchen_name", "button_name", "description", "receipt_header", "receipt_footer"),
    *("area", "note", "reason", "title", "subtitle", "void_text", "void_reason", "pickup_name"),
    *("variant_name", "group_name", "category_name"),
]
WORDY = """
SELECT c.table_name, c.column_name FROM information_schema.columns c
WHERE c.table_schema = 'public' AND c.data_type = 'text' AND c.column_name = ANY(%s)
AND EXISTS (SELECT FROM information_schema.columns t WHERE t.table_schema = 'public'
            AND t.table_name = c.table_name AND t.column_name = 'tenant_id')
"""
SHORT = {("item", "button_name"): 24}
# Written by the product alone, once, or with words of its own (why something was fired).
KEPT = {
    *("audit_entry", "firing", "line_modifier", "line_tax"),
    *("order_line", "refund", "ticket", "ticket_line"),
}


def rename(owner: Connection, restaurant: Restaurant, words: Sequence[str]) -> int:
    """Call everything that has a name by one of these words, and a number that nothing else has
    had; returns how many columns.
    """
    columns = [it for it in owner.execute(WORDY, [WORDS]).fetchall() if it[0] not in KEPT]
    for table, column in columns:
        statement = sql.SQL(
            "UPDATE {table} SET {column} = left(a.words[1 + n %% cardinality(a.words)]"
            " || chr(8209) || n || md5(random()::text), %s) FROM (SELECT %s::text[] AS words) a,"
            " (SELECT ctid AS at, row_number() OVER () AS n FROM {table} WHERE tenant_id = %s) r"
            " WHERE {table}.ctid = r.at"
        ).format(table=sql.Identifier(table), column=sql.Identifier(column))
        most = SHORT.get((table, column), 20_000)
        owner.execute(statement, [most, list(words), restaurant.tenant.id])
    return len(columns)
