"""Migration operations that put a table under row-level security, in the one form we use."""

from typing import Any

from alembic.autogenerate import renderers
from alembic.operations import MigrateOperation, Operations

APP_ROLE = "nib_app"
AUTH_ROLE = "nib_auth"
POLICY = "tenant_id = (SELECT app.tenant_id())"


class _TableOperation(MigrateOperation):
    """An operation that needs nothing but a table's name."""

    def __init__(self, table: str) -> None:
        self.table = table


@Operations.register_operation("secure_tenant_table")
class SecureTenantTable(_TableOperation):
    """ENABLE and FORCE row-level security with the tenant policy; grant row access to the app.

    And to the role that erases a closed tenant, which cannot log in.

    Statistics of tenant_id are off: see docs/decisions/tenant-statistics.md.
    """

    @classmethod
    def secure_tenant_table(cls, operations: Operations, table: str) -> Any:
        """`op.secure_tenant_table("orders")`: right after op.create_table."""
        return operations.invoke(cls(table))

    def reverse(self) -> "UnsecureTenantTable":
        """Nothing to undo: the policy goes with the table."""
        return UnsecureTenantTable(self.table)


@Operations.register_operation("unsecure_tenant_table")
class UnsecureTenantTable(_TableOperation):
    """The reverse of securing a table, which dropping the table does by itself."""

    @classmethod
    def unsecure_tenant_table(cls, operations: Operations, table: str) -> Any:
        """`op.unsecure_tenant_table("orders")`: before op.drop_table."""
        return operations.invoke(cls(table))


@Operations.register_operation("append_only")
class AppendOnly(_TableOperation):
    """Refuse UPDATE and DELETE on a table, whoever asks."""

    @classmethod
    def append_only(cls, operations: Operations, table: str) -> Any:
        """`op.append_only("audit_entry")`: after secure_tenant_table."""
        return operations.invoke(cls(table))


@Operations.register_operation("track_states")
class TrackStates(_TableOperation):
    """Write each change of a table's `state` to state_change, by trigger."""

    @classmethod
    def track_states(cls, operations: Operations, table: str) -> Any:
        """`op.track_states("orders")`: after secure_tenant_table."""
        return operations.invoke(cls(table))


@Operations.implementation_for(SecureTenantTable)
def _secure(operations: Operations, operation: SecureTenantTable) -> None:
    table = operation.table
    for statement in (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant ON {table} USING ({POLICY}) WITH CHECK ({POLICY})",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP_ROLE}",
        f"GRANT SELECT, DELETE ON {table} TO {AUTH_ROLE}",  # for app.tenant_erase
        f"ALTER TABLE {table} ALTER COLUMN tenant_id SET STATISTICS 0",
    ):
        operations.execute(statement)


@Operations.implementation_for(UnsecureTenantTable)
def _unsecure(operations: Operations, operation: UnsecureTenantTable) -> None:
    operations.execute(f"DROP POLICY tenant ON {operation.table}")


@Operations.implementation_for(AppendOnly)
def _append_only(operations: Operations, operation: AppendOnly) -> None:
    table = operation.table
    operations.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {APP_ROLE}")
    operations.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change()"
    )


@Operations.implementation_for(TrackStates)
def _track_states(operations: Operations, operation: TrackStates) -> None:
    operations.execute(
        f"CREATE TRIGGER track_states AFTER UPDATE ON {operation.table}"
        " REFERENCING OLD TABLE AS before NEW TABLE AS after"
        " FOR EACH STATEMENT EXECUTE FUNCTION app.track_states()"
    )


@renderers.dispatch_for(SecureTenantTable)
def _render_secure(_context: Any, operation: SecureTenantTable) -> str:
    return f'op.secure_tenant_table("{operation.table}")'


@renderers.dispatch_for(UnsecureTenantTable)
def _render_unsecure(_context: Any, operation: UnsecureTenantTable) -> str:
    return f'op.unsecure_tenant_table("{operation.table}")'
