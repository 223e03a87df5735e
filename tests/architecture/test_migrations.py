"""Migrations and models say the same, and every migration can be undone."""

from alembic import command
from psycopg import connect

from tests.support.servers import Addresses, alembic_config, scratch_database

# Everything that a migration makes, as the catalogue spells it out.
SHAPE = """
SELECT 'column', table_name, column_name, data_type, is_nullable, coalesce(column_default, '')
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL
SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', ''
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT 'index', tablename, indexname, indexdef, '', '' FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'policy', tablename, policyname, coalesce(qual, ''), coalesce(with_check, ''), cmd
  FROM pg_policies
UNION ALL
SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), '', ''
  FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'function', proname, pg_get_functiondef(oid), coalesce(proacl::text, ''), '', ''
  FROM pg_proc WHERE pronamespace = to_regnamespace('app')
UNION ALL
SELECT 'grant', table_name, grantee, privilege_type, '', ''
  FROM information_schema.role_table_grants WHERE table_schema = 'public'
"""


def shape(url: str) -> set[tuple[object, ...]]:
    with connect(url) as connection:
        return set(connection.execute(SHAPE.encode()).fetchall())


def test_migrations_build_what_the_models_say(addresses: Addresses) -> None:
    command.check(alembic_config(addresses.owner_url))


def test_every_migration_is_undone_and_done_again(addresses: Addresses) -> None:
    with scratch_database(addresses) as scratch:
        config = alembic_config(scratch.owner_url)
        before = shape(scratch.owner_url)

        command.downgrade(config, "base")
        left = {row[1] for row in shape(scratch.owner_url)}
        command.upgrade(config, "head")

        assert left <= {"alembic_version"}
        assert shape(scratch.owner_url) == before
