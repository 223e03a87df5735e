"""Domains of a restaurant's own, and the two ways into the directory of hosts."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# Both act for the tenant of the transaction alone: no argument names another one.
FUNCTIONS = (
    (
        "host_claim(wanted text, at timestamptz)",
        "boolean",
        (
            "INSERT INTO public.tenant_host (host, tenant_id, verified_at)"
            " VALUES (wanted, app.tenant_id(), at)"
            " ON CONFLICT (host) DO UPDATE SET tenant_id = app.tenant_id(), verified_at = at"
            " WHERE tenant_host.verified_at IS NULL;"
            " SELECT EXISTS (SELECT FROM public.tenant_host h WHERE h.host = wanted"
            " AND h.tenant_id = app.tenant_id() AND h.verified_at IS NOT NULL)"
        ),
    ),
    (
        "host_release(wanted text)",
        "void",
        (
            "DELETE FROM public.tenant_host h"
            " WHERE h.host = wanted AND h.tenant_id = app.tenant_id()"
        ),
    ),
)


def upgrade() -> None:
    op.create_table("domain",
    sa.Column("host", sa.Text(), nullable=False),
    sa.Column("proof", sa.Text(), nullable=False),
    sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("problem", sa.Text(), nullable=True),
    sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("missing_since", sa.DateTime(timezone=True), nullable=True),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_domain"),
    sa.UniqueConstraint("tenant_id", "host", name="uq_domain_tenant_id_host")
    )
    op.secure_tenant_table("domain")
    op.execute("GRANT UPDATE, DELETE ON tenant_host TO nib_auth")
    op.execute("GRANT EXECUTE ON FUNCTION app.tenant_id() TO nib_auth")
    op.execute("GRANT CREATE ON SCHEMA app TO nib_auth")
    for signature, returned, body in FUNCTIONS:
        _define(signature, returned, body)
    op.execute("REVOKE CREATE ON SCHEMA app FROM nib_auth")


def _define(signature: str, returned: str, body: str) -> None:
    name = f"app.{signature.split('(', maxsplit=1)[0]}"
    op.execute(
        f"CREATE FUNCTION app.{signature} RETURNS {returned} LANGUAGE sql SECURITY DEFINER"
        f" SET search_path = pg_catalog, pg_temp AS $$ {body} $$"
    )
    op.execute(f"ALTER FUNCTION {name} OWNER TO nib_auth")
    op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO nib_app")


def downgrade() -> None:
    for signature, _returned, _body in FUNCTIONS:
        op.execute(f"DROP FUNCTION app.{signature.split('(')[0]}")
    op.execute("REVOKE EXECUTE ON FUNCTION app.tenant_id() FROM nib_auth")
    op.execute("REVOKE UPDATE, DELETE ON tenant_host FROM nib_auth")
    op.drop_table("domain")
