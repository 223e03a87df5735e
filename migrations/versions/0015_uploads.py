"""Pictures that were uploaded, what shows them, and a tenant's own change of its name

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# The tenant in scope and no other; true where that is another name.
RENAME = """
CREATE FUNCTION app.tenant_rename(new_name text) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE public.tenant SET name = new_name
  WHERE id = app.tenant_id() AND name <> new_name RETURNING true
$$
"""


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('logo', 'item')", name="ck_upload_kind"),
        sa.CheckConstraint(
            "size_bytes > 0 AND width > 0 AND height > 0", name="ck_upload_size"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_upload"),
        sa.UniqueConstraint("tenant_id", "name", name="uq_upload_tenant_id_name"),
    )
    op.secure_tenant_table("upload")
    op.add_column("item", sa.Column("image_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_item_tenant_id_image_id",
        "item",
        "upload",
        ["tenant_id", "image_id"],
        ["tenant_id", "id"],
    )
    op.create_foreign_key(
        "fk_tenant_profile_tenant_id_logo_id",
        "tenant_profile",
        "upload",
        ["tenant_id", "logo_id"],
        ["tenant_id", "id"],
    )
    op.execute("GRANT UPDATE (name) ON tenant TO nib_auth")
    op.execute("GRANT EXECUTE ON FUNCTION app.tenant_id() TO nib_auth")
    op.execute("GRANT CREATE ON SCHEMA app TO nib_auth")
    op.execute(RENAME)
    op.execute("ALTER FUNCTION app.tenant_rename OWNER TO nib_auth")
    op.execute("REVOKE CREATE ON SCHEMA app FROM nib_auth")
    op.execute("REVOKE ALL ON FUNCTION app.tenant_rename FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.tenant_rename TO nib_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION app.tenant_rename")
    op.execute("REVOKE EXECUTE ON FUNCTION app.tenant_id() FROM nib_auth")
    op.execute("REVOKE UPDATE (name) ON tenant FROM nib_auth")
    op.drop_constraint("fk_tenant_profile_tenant_id_logo_id", "tenant_profile")
    op.drop_constraint("fk_item_tenant_id_image_id", "item")
    op.drop_column("item", "image_id")
    op.drop_table("upload")
