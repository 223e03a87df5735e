"""The planner knows no tenant by name, so that a new one is planned for like every other

Revision ID: 0012
Revises: 0011
"""

from alembic import op
from sqlalchemy import text

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TENANT_TABLES = "SELECT tablename FROM pg_policies WHERE policyname = 'tenant' ORDER BY tablename"


def upgrade() -> None:
    connection = op.get_bind()
    # What ANALYZE has gathered stays for ever otherwise; PostgreSQL before 18 cannot drop it.
    can_clear = connection.execute(text("SELECT to_regproc('pg_clear_attribute_stats') IS NOT NULL"))
    clears = bool(can_clear.scalar())
    for (table,) in connection.execute(text(TENANT_TABLES)).all():
        op.execute(f"ALTER TABLE {table} ALTER COLUMN tenant_id SET STATISTICS 0")
        if clears:
            op.execute(f"SELECT pg_clear_attribute_stats('public', '{table}', 'tenant_id', false)")


def downgrade() -> None:
    for (table,) in op.get_bind().execute(text(TENANT_TABLES)).all():
        op.execute(f"ALTER TABLE {table} ALTER COLUMN tenant_id SET STATISTICS -1")
