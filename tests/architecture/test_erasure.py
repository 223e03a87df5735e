"""A table that the erasure of a closed tenant would miss, or trip over, fails here."""

from collections.abc import Iterator

import pytest
from psycopg import Connection, connect

from tests.support.servers import Addresses, scratch_database

# What is left of no tenant: the roots of the directory, and Alembic's mark.
ROOTS = "('tenant', 'account', 'alembic_version')"
TABLES = """
SELECT c.oid, c.relname, EXISTS (
  SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant') AS is_tenants
FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
"""
# Under the tenant's policy it is found by that; in the directory by a reference to its roots.
MISSED = f"""
SELECT t.relname FROM ({TABLES}) t WHERE t.relname NOT IN {ROOTS} AND NOT t.is_tenants
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype = 'f'
    AND k.confrelid IN ('tenant'::regclass, 'account'::regclass))
"""
FORBIDDEN = f"""
SELECT t.relname FROM ({TABLES}) t WHERE t.relname <> 'alembic_version'
  AND NOT (has_table_privilege('nib_auth', t.oid, 'DELETE')
    AND has_table_privilege('nib_auth', t.oid, 'SELECT'))
"""
# It names a tenant or an account as others' tables do, but nothing would follow that.
UNTIED = f"""
SELECT t.relname, a.attname FROM ({TABLES}) t
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname IN ('tenant_id', 'account_id')
WHERE NOT t.is_tenants AND NOT EXISTS (
  SELECT FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype = 'f'
    AND a.attnum = ANY (k.conkey))
"""
# Which table comes after which: no order would do for two that need each other.
CIRCULAR = """
WITH RECURSIVE refers AS (
  SELECT DISTINCT conrelid AS child, confrelid AS parent FROM pg_constraint
  WHERE contype = 'f' AND conrelid <> confrelid),
walk (first, now) AS (
  SELECT child, parent FROM refers
  UNION SELECT w.first, r.parent FROM walk w JOIN refers r ON r.child = w.now)
SELECT first::regclass::text FROM walk WHERE first = now
"""
# References inside a table are loosened first: the column must be empty-able, the role let.
FAST = """
SELECT k.conrelid::regclass::text, a.attname FROM pg_constraint k
JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[array_upper(k.conkey, 1)]
WHERE k.contype = 'f' AND k.conrelid = k.confrelid
  AND (a.attnotnull OR NOT has_table_privilege('nib_auth', k.conrelid, 'UPDATE'))
"""
RULES = {
    "missed": MISSED,
    "forbidden": FORBIDDEN,
    "untied": UNTIED,
    "circular": CIRCULAR,
    "fast": FAST,
}
POLICY = "ALTER TABLE planted ENABLE ROW LEVEL SECURITY; CREATE POLICY tenant ON planted"
PLANTED = {
    "missed": "CREATE TABLE planted (id int)",
    "forbidden": f"CREATE TABLE planted (tenant_id uuid, id uuid); {POLICY}",
    "untied": "CREATE TABLE planted (tenant_id uuid)",
    "circular": "ALTER TABLE role ADD COLUMN boss uuid, ADD FOREIGN KEY (tenant_id, boss)"
    " REFERENCES member (tenant_id, id)",
    "fast": "ALTER TABLE role ADD COLUMN above uuid, ADD FOREIGN KEY (tenant_id, above)"
    " REFERENCES role (tenant_id, id)",
}


@pytest.fixture
def scratch(addresses: Addresses) -> Iterator[Connection]:
    with scratch_database(addresses) as found, connect(found.owner_url) as owner:
        yield owner


@pytest.mark.parametrize("rule", RULES)
def test_the_erasure_reaches_every_row_of_a_tenant(rule: str, owner_connection: Connection) -> None:
    assert owner_connection.execute(RULES[rule].encode()).fetchall() == []


@pytest.mark.parametrize("rule", RULES)
def test_a_table_that_it_would_not_reach_is_found(rule: str, scratch: Connection) -> None:
    scratch.execute(PLANTED[rule].encode())

    assert scratch.execute(RULES[rule].encode()).fetchall() != []
