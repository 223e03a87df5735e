"""Chains: a role for each place, and what differs about an item at one location

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("member_location", sa.Column("role_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_member_location_tenant_id_role_id",
        "member_location",
        "role",
        ["tenant_id", "role_id"],
        ["tenant_id", "id"],
    )
    op.create_table("location_item",
    sa.Column("item_id", sa.Uuid(), nullable=False),
    sa.Column("on_sale", sa.Boolean(), nullable=False),
    sa.Column("tax_class_id", sa.Uuid(), nullable=True),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "item_id"], ["item.tenant_id", "item.id"], name="fk_location_item_tenant_id_item_id", ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id"], ["location.tenant_id", "location.id"], name="fk_location_item_tenant_id_location_id"),
    sa.ForeignKeyConstraint(["tenant_id", "tax_class_id"], ["tax_class.tenant_id", "tax_class.id"], name="fk_location_item_tenant_id_tax_class_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_location_item"),
    sa.UniqueConstraint("tenant_id", "location_id", "item_id", name="uq_location_item_tenant_id_location_id_item_id")
    )
    op.secure_tenant_table("location_item")


def downgrade() -> None:
    op.drop_table("location_item")
    op.drop_constraint(
        "fk_member_location_tenant_id_role_id", "member_location", type_="foreignkey"
    )
    op.drop_column("member_location", "role_id")
