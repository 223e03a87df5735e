"""How far an export has got, notes to be erased by age, a closing put off, keys of the departed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

# It only ever lengthens what app.tenant_close began, and by the same clock.
PUT_OFF = """
CREATE FUNCTION app.tenant_put_off() RETURNS timestamptz
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE public.tenant SET erase_after = pg_catalog.now() + interval '7 days'
  WHERE id = app.tenant_id() AND erase_after <= pg_catalog.now() RETURNING erase_after
$$
"""

# Who left before leaving ended keys for good must not bring them back by coming back.
END_KEYS = """
UPDATE api_grant g SET revoked_at = now() FROM member m
WHERE m.tenant_id = g.tenant_id AND m.id = g.member_id AND NOT m.active AND g.revoked_at IS NULL
"""


def upgrade() -> None:
    op.execute(END_KEYS)
    op.add_column("data_export", sa.Column("progress", postgresql.JSONB(), nullable=True))
    op.create_index(
        "ix_order_line_noted",
        "order_line",
        ["tenant_id", "added_at"],
        unique=False,
        postgresql_where=sa.text("note <> ''"),
    )
    op.execute("GRANT CREATE ON SCHEMA app TO nib_auth")
    op.execute(PUT_OFF)
    op.execute("ALTER FUNCTION app.tenant_put_off OWNER TO nib_auth")
    op.execute("REVOKE CREATE ON SCHEMA app FROM nib_auth")
    op.execute("REVOKE ALL ON FUNCTION app.tenant_put_off FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.tenant_put_off TO nib_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION app.tenant_put_off")
    op.drop_index(
        "ix_order_line_noted", table_name="order_line", postgresql_where=sa.text("note <> ''")
    )
    op.drop_column("data_export", "progress")
