"""No table shows, takes or gives up one tenant's rows to another, as the application logs in.

A row of each of two tenants is made in every table from the catalogue alone, in a database
of its own without checks and foreign keys: a table that comes tomorrow is tested tomorrow.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

import pytest
from psycopg import Connection, connect, errors, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from app.core.ids import new_id
from app.models import metadata
from tests.support.servers import Addresses, scratch_database

DIRECTORY = {"tenant", "tenant_host", "tenant_slug", "account", "credential", "factor"}
TABLES = sorted(set(metadata.tables) - DIRECTORY)
OURS, THEIRS = new_id(), new_id()

# An expression of each type that columns have.
SAMPLES = {
    "uuid": "gen_random_uuid()",
    "text": "gen_random_uuid()::text",
    "integer": "1",
    "bigint": "1",
    "numeric": "1",
    "boolean": "true",
    "jsonb": "'{}'::jsonb",
    "bytea": "'\\x00'::bytea",
    "date": "current_date",
    "time without time zone": "time '04:00'",
    "timestamp with time zone": "now()",
}
REQUIRED = """
SELECT column_name, data_type FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND is_nullable = 'NO'
  AND column_name <> 'tenant_id'
"""
CHECKS = """
SELECT conrelid::regclass::text, conname FROM pg_constraint
WHERE contype = 'c' AND connamespace = 'public'::regnamespace AND conrelid <> 0
"""


@pytest.fixture(scope="module")
def filled(addresses: Addresses) -> Iterator[Addresses]:
    """A database where every table has one row of each tenant."""
    with scratch_database(addresses) as scratch:
        name = str(conninfo_to_dict(scratch.app_url)["dbname"])
        with connect(make_conninfo(scratch.admin_url, dbname=name)) as admin:
            _drop_checks(admin)
            # Rows stand alone: no foreign key and no trigger is asked.
            admin.execute("SET session_replication_role = replica")
            for table in TABLES:
                for tenant_id in (OURS, THEIRS):
                    _insert(admin, table, tenant_id)
        yield scratch


def _drop_checks(admin: Connection) -> None:
    for table, name in admin.execute(CHECKS).fetchall():
        statement = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}")
        admin.execute(statement.format(sql.Identifier(table), sql.Identifier(name)))


def _insert(connection: Connection, table: str, tenant_id: UUID) -> None:
    columns = connection.execute(REQUIRED, [table]).fetchall()
    values = [sql.SQL(SAMPLES[kind]) for _name, kind in columns]
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, ["tenant_id", *(name for name, _ in columns)])),
        sql.SQL(", ").join([sql.Literal(tenant_id), *values]),
    )
    connection.execute(statement)


@contextmanager
def _as_application(filled: Addresses, tenant_id: UUID | None) -> Iterator[Connection]:
    with connect(filled.app_url) as connection:
        value = str(tenant_id) if tenant_id else ""
        connection.execute("SELECT set_config('app.tenant_id', %s, true)", [value])
        yield connection
        connection.rollback()


def _run(connection: Connection, statement: str, table: str) -> int:
    asked = sql.SQL(statement).format(sql.Identifier(table))
    return connection.execute(asked, {"theirs": THEIRS, "ours": OURS}).rowcount


@pytest.mark.parametrize("table", TABLES)
def test_only_our_row_is_seen(table: str, filled: Addresses) -> None:
    with _as_application(filled, OURS) as connection:
        assert _run(connection, "SELECT FROM {}", table) == 1
        assert _run(connection, "SELECT FROM {} WHERE tenant_id = %(theirs)s", table) == 0


@pytest.mark.parametrize("table", TABLES)
def test_their_row_is_neither_changed_nor_deleted(table: str, filled: Addresses) -> None:
    for statement in (
        "UPDATE {} SET tenant_id = tenant_id WHERE tenant_id = %(theirs)s",
        "DELETE FROM {} WHERE tenant_id = %(theirs)s",
    ):
        # Of an append-only table nobody changes anything.
        with (
            _as_application(filled, OURS) as connection,
            suppress(errors.InsufficientPrivilege),
        ):
            assert _run(connection, statement, table) == 0
        assert _count_of_theirs(filled, table) == 1


def _count_of_theirs(filled: Addresses, table: str) -> int:
    with _as_application(filled, THEIRS) as connection:
        return _run(connection, "SELECT FROM {}", table)


@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_added_for_them(table: str, filled: Addresses) -> None:
    with (
        _as_application(filled, OURS) as connection,
        pytest.raises(errors.InsufficientPrivilege, match="row-level security"),
    ):
        _insert(connection, table, THEIRS)


@pytest.mark.parametrize("table", TABLES)
def test_our_row_cannot_be_given_to_them(table: str, filled: Addresses) -> None:
    with (
        _as_application(filled, OURS) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        _run(connection, "UPDATE {} SET tenant_id = %(theirs)s", table)


@pytest.mark.parametrize("table", TABLES)
def test_nothing_answers_outside_every_tenant(table: str, filled: Addresses) -> None:
    with (
        _as_application(filled, None) as connection,
        pytest.raises(errors.InsufficientPrivilege, match="tenant not set"),
    ):
        _run(connection, "SELECT FROM {}", table)


@pytest.mark.parametrize("table", sorted(DIRECTORY))
def test_the_directory_refuses_the_application(table: str, filled: Addresses) -> None:
    with (
        _as_application(filled, OURS) as connection,
        pytest.raises(errors.InsufficientPrivilege, match="permission denied"),
    ):
        _run(connection, "SELECT FROM {}", table)
