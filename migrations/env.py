"""Alembic's environment: migrations run as the owner, one transaction each, with a lock time-out."""

import os
from typing import Any

from alembic import context
from alembic.autogenerate import rewriter
from alembic.operations import ops
from sqlalchemy import create_engine, pool

from app.core.rls import SecureTenantTable
from app.core.settings import load_settings, sqlalchemy_url
from app.models import metadata

DIRECTORY_TABLES = {"tenant", "tenant_host", "account", "credential", "factor"}
writer = rewriter.Rewriter()


@writer.rewrites(ops.CreateTableOp)
def secure(_context: Any, _revision: Any, operation: ops.CreateTableOp) -> list[Any]:
    """A generated migration puts each new table under row-level security by itself."""
    if operation.table_name in DIRECTORY_TABLES:
        return [operation]
    return [operation, SecureTenantTable(operation.table_name)]


def run() -> None:
    """Upgrade or downgrade the database of DATABASE_OWNER_URL."""
    url = context.config.attributes.get("owner_url") or load_settings(os.environ).database_owner_url
    if not url:
        raise SystemExit("Set DATABASE_OWNER_URL: migrations run as the schema's owner.")
    engine = create_engine(sqlalchemy_url(url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            process_revision_directives=writer,
            transaction_per_migration=True,
            compare_server_default=False,
        )
        with context.begin_transaction():
            connection.exec_driver_sql("SET lock_timeout = '5s'")
            context.run_migrations()


run()
