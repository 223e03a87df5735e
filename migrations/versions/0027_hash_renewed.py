"""A password's hash is renewed where it is still the one that was proven."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

# Whoever waits here for a change of the password looks again, and finds another hash.
RENEW = """
CREATE FUNCTION app.account_password_renew(of_account uuid, proven text, renewed text,
  at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE public.credential c SET secret = renewed, updated_at = at
  WHERE c.account_id = of_account AND c.kind = 'password' AND c.secret = proven
$$
"""


def upgrade() -> None:
    op.execute("GRANT CREATE ON SCHEMA app TO nib_auth")
    op.execute(RENEW)
    op.execute("ALTER FUNCTION app.account_password_renew OWNER TO nib_auth")
    op.execute("REVOKE CREATE ON SCHEMA app FROM nib_auth")
    op.execute("REVOKE ALL ON FUNCTION app.account_password_renew FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.account_password_renew TO nib_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION app.account_password_renew")
