"""Pictures that were uploaded, and which item shows which

Revision ID: 0018
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0013"
branch_labels = None
depends_on = None


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


def downgrade() -> None:
    op.drop_constraint("fk_item_tenant_id_image_id", "item")
    op.drop_column("item", "image_id")
    op.drop_table("upload")
