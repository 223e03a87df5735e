"""Staff: who is invited, and by which e-mail a tenant's members sign in."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# The accounts of the tenant in scope, and no others: it takes no id.
MEMBER_EMAILS = """
CREATE FUNCTION app.member_emails() RETURNS TABLE (id uuid, email text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT m.id, a.email FROM public.member m
  JOIN public.account a ON a.id = m.account_id
  WHERE m.tenant_id = app.tenant_id()
$$
"""


def upgrade() -> None:
    op.add_column("member", sa.Column("invited_email", sa.Text(), nullable=True))
    op.create_unique_constraint(
        "uq_member_tenant_id_invited_email", "member", ["tenant_id", "invited_email"]
    )
    op.execute("GRANT SELECT ON member TO nib_auth")
    op.execute("GRANT EXECUTE ON FUNCTION app.tenant_id() TO nib_auth")
    op.execute("GRANT CREATE ON SCHEMA app TO nib_auth")
    op.execute(MEMBER_EMAILS)
    op.execute("ALTER FUNCTION app.member_emails() OWNER TO nib_auth")
    op.execute("REVOKE CREATE ON SCHEMA app FROM nib_auth")
    op.execute("REVOKE ALL ON FUNCTION app.member_emails() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.member_emails() TO nib_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION app.member_emails()")
    op.execute("REVOKE EXECUTE ON FUNCTION app.tenant_id() FROM nib_auth")
    op.execute("REVOKE SELECT ON member FROM nib_auth")
    op.drop_constraint("uq_member_tenant_id_invited_email", "member")
    op.drop_column("member", "invited_email")
