"""A tenant's own change of its short name."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# The tenant in scope and no other; false where the short name is somebody else's.
MOVE = """
CREATE FUNCTION app.tenant_move(new_slug text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE public.tenant SET slug = new_slug WHERE id = app.tenant_id();
  RETURN FOUND;
EXCEPTION WHEN unique_violation THEN
  RETURN false;
END $$
"""


def upgrade() -> None:
    op.execute("GRANT UPDATE (slug) ON tenant TO nib_auth")
    op.execute("GRANT CREATE ON SCHEMA app TO nib_auth")
    op.execute(MOVE)
    op.execute("ALTER FUNCTION app.tenant_move OWNER TO nib_auth")
    op.execute("REVOKE CREATE ON SCHEMA app FROM nib_auth")
    op.execute("REVOKE ALL ON FUNCTION app.tenant_move FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.tenant_move TO nib_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION app.tenant_move")
    op.execute("REVOKE UPDATE (slug) ON tenant FROM nib_auth")
