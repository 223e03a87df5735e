"""What the catalogue of the database must say about every table, role and function."""

import pytest
from psycopg import Connection, errors

from app.models import metadata

POLICY = "(tenant_id = ( SELECT app.tenant_id() AS tenant_id))"
# The directory of tenants and people, reached only through definer functions; Alembic's mark.
CLOSED = {
    "tenant",
    "tenant_host",
    "tenant_slug",
    "account",
    "credential",
    "factor",
    "alembic_version",
}
APPEND_ONLY = {
    "audit_entry",
    "audit_seal",
    "state_change",
    "order_change",
    "fiscal_document",
    "movement",
    "journal_entry",
    "journal_line",
}
# A reservation's every step follows from one of its line, which is written down.
FOLLOWS = {"reservation"}
DEFINERS = {
    "tenant_by_slug",
    "tenant_by_host",
    "tenants",
    "tenant_open",
    "tenant_move",
    "tenant_moved_to",
    "tenant_rename",
    "account_by_email",
    "account_open",
    "account_by_id",
    "account_password_set",
    "account_email_set",
    "account_sign_out",
    "account_hold",
    "account_links_end",
    "account_has_factor",
    "factors",
    "factor_by_key",
    "factor_add",
    "factor_use",
    "recovery_use",
    "factor_remove",
    "factors_remove",
    "wrong_codes",
    "wrong_codes_keep",
    "member_emails",
    "outbox_claim",
    "outbox_overdue",
    "outbox_lag",
    "location_seqs",
    "host_claim",
    "host_release",
    "audit_waiting",
    "account_email",
    "tenant_closings",
    "tenant_close",
    "tenant_take_back",
    "tenant_put_off",
    "tenant_erase",
    "member_unlink",
}

OURS = """
SELECT c.oid, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname !~ '^(pg_|information_schema)'
"""
TENANTS_OWN = f"SELECT * FROM ({OURS}) t WHERE relname <> ALL(%(closed)s)"


def rows(owner: Connection, statement: str) -> list[tuple[object, ...]]:
    return owner.execute(statement.encode(), {"closed": list(CLOSED)}).fetchall()


def names(owner: Connection, statement: str) -> set[object]:
    return {row[0] for row in rows(owner, statement)}


def test_the_tables_are_those_of_the_models(owner_connection: Connection) -> None:
    found = names(owner_connection, f"SELECT relname FROM ({OURS}) t")

    assert found == set(metadata.tables) | {"alembic_version"}


def test_the_planner_knows_no_tenant_by_name(owner_connection: Connection) -> None:
    named = f"""
        SELECT t.relname FROM ({TENANTS_OWN}) t JOIN pg_attribute a ON a.attrelid = t.oid
        WHERE a.attname = 'tenant_id' AND a.attstattarget IS DISTINCT FROM 0
    """

    assert names(owner_connection, named) == set()


def test_every_table_is_under_forced_row_level_security(owner_connection: Connection) -> None:
    lax = f"""
        SELECT t.relname FROM ({TENANTS_OWN}) t JOIN pg_class c ON c.oid = t.oid
        WHERE NOT c.relrowsecurity OR NOT c.relforcerowsecurity
    """

    assert rows(owner_connection, lax) == []


def test_every_policy_has_the_one_form(owner_connection: Connection) -> None:
    other = f"""
        SELECT t.relname, p.polname FROM ({TENANTS_OWN}) t
        LEFT JOIN pg_policy p ON p.polrelid = t.oid
        WHERE p.oid IS NULL OR NOT p.polpermissive OR p.polcmd <> '*' OR p.polroles <> '{{0}}'
           OR pg_get_expr(p.polqual, p.polrelid) IS DISTINCT FROM '{POLICY}'
           OR pg_get_expr(p.polwithcheck, p.polrelid) IS DISTINCT FROM '{POLICY}'
    """

    assert rows(owner_connection, other) == []


def test_every_row_names_its_tenant(owner_connection: Connection) -> None:
    nameless = f"""
        SELECT t.relname FROM ({TENANTS_OWN}) t WHERE NOT EXISTS (
            SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'tenant_id'
            AND a.attnotnull AND a.atttypid = 'uuid'::regtype)
    """

    assert rows(owner_connection, nameless) == []


def test_every_unique_index_begins_with_the_tenant(owner_connection: Connection) -> None:
    """A wider one would tell a restaurant what another has."""
    wider = f"""
        SELECT i.indexrelid::regclass FROM ({TENANTS_OWN}) t
        JOIN pg_index i ON i.indrelid = t.oid AND i.indisunique
        LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
        WHERE a.attname IS DISTINCT FROM 'tenant_id'
    """

    assert rows(owner_connection, wider) == []


def test_every_foreign_key_stays_inside_the_tenant(owner_connection: Connection) -> None:
    """Foreign keys are checked past row-level security."""
    leading_out = f"""
        SELECT k.conrelid::regclass, k.conname FROM ({TENANTS_OWN}) t
        JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
        WHERE (SELECT attname FROM pg_attribute WHERE attrelid = k.conrelid
               AND attnum = k.conkey[1]) IS DISTINCT FROM 'tenant_id'
           OR (SELECT attname FROM pg_attribute WHERE attrelid = k.confrelid
               AND attnum = k.confkey[1]) IS DISTINCT FROM 'tenant_id'
    """

    assert rows(owner_connection, leading_out) == []


def test_every_table_belongs_to_the_schema_owner(owner_connection: Connection) -> None:
    others = f"""
        SELECT t.relname FROM ({OURS}) t JOIN pg_class c ON c.oid = t.oid
        WHERE c.relowner <> 'nib_owner'::regrole
    """

    assert rows(owner_connection, others) == []


def test_no_view_looks_past_row_level_security(owner_connection: Connection) -> None:
    views = """
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname !~ '^(pg_|information_schema)'
          AND (c.relkind = 'm' OR c.relkind = 'v' AND NOT coalesce(
               c.reloptions::text ~* 'security_invoker=(true|on|1)', false))
    """

    assert rows(owner_connection, views) == []


def test_the_definer_functions_are_the_listed_ones(owner_connection: Connection) -> None:
    definers = "SELECT proname FROM pg_proc WHERE prosecdef AND proowner <> 10"

    assert names(owner_connection, definers) == DEFINERS


def test_every_function_pins_its_search_path(owner_connection: Connection) -> None:
    loose = """
        SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'app'::regnamespace
          AND NOT coalesce(p.proconfig::text LIKE '%%search_path=pg_catalog%%', false)
    """

    assert rows(owner_connection, loose) == []


def test_definer_functions_serve_the_application_alone(owner_connection: Connection) -> None:
    open_ones = """
        SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'app'::regnamespace AND p.prosecdef
          AND (p.proowner <> 'nib_auth'::regrole
               OR NOT has_function_privilege('nib_app', p.oid, 'EXECUTE')
               OR EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
                          WHERE g.grantee = 0))
    """

    assert rows(owner_connection, open_ones) == []


def test_the_application_role_has_no_powers(owner_connection: Connection) -> None:
    powers = """
        SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication,
               EXISTS (SELECT FROM pg_auth_members WHERE member = r.oid),
               has_schema_privilege('nib_app', 'public', 'CREATE'),
               has_schema_privilege('nib_app', 'app', 'CREATE'),
               has_database_privilege('nib_app', current_database(), 'TEMP'),
               has_database_privilege('nib_app', current_database(), 'CREATE')
        FROM pg_roles r WHERE rolname = 'nib_app'
    """

    assert rows(owner_connection, powers) == [(False,) * 6]


def test_nobody_logs_in_as_the_directory_role(owner_connection: Connection) -> None:
    held = """
        SELECT rolcanlogin, rolsuper, has_schema_privilege('nib_auth', 'app', 'CREATE')
        FROM pg_roles WHERE rolname = 'nib_auth'
    """

    assert rows(owner_connection, held) == [(False, False, False)]


def test_the_application_may_not_go_round_the_policies(owner_connection: Connection) -> None:
    """TRUNCATE, REFERENCES and TRIGGER know no row-level security."""
    granted = f"""
        SELECT relname FROM ({OURS}) t
        WHERE has_table_privilege('nib_app', oid, 'TRUNCATE, REFERENCES, TRIGGER')
    """

    assert rows(owner_connection, granted) == []


def test_the_directory_is_closed_to_the_application(owner_connection: Connection) -> None:
    readable = f"""
        SELECT relname FROM ({OURS}) t WHERE relname = ANY(%(closed)s)
          AND has_table_privilege('nib_app', oid, 'SELECT, INSERT, UPDATE, DELETE')
    """

    assert rows(owner_connection, readable) == []


def test_every_change_of_a_state_is_written_down(owner_connection: Connection) -> None:
    forgetful = f"""
        SELECT t.relname FROM ({TENANTS_OWN}) t
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'state' AND NOT a.attisdropped
        WHERE NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = t.oid
                          AND g.tgname = 'track_states' AND g.tgenabled = 'O')
    """

    assert names(owner_connection, forgetful) == FOLLOWS


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
def test_what_is_written_for_good_is_never_changed(
    table: str, owner_connection: Connection
) -> None:
    granted = f"SELECT has_table_privilege('nib_app', '{table}', 'UPDATE, DELETE')"
    assert rows(owner_connection, granted) == [(False,)]

    for statement in (f"UPDATE {table} SET tenant_id = tenant_id", f"DELETE FROM {table}"):
        with pytest.raises(errors.InsufficientPrivilege, match="append-only"):
            owner_connection.execute(statement.encode())
