"""Floor."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("floor_table",
    sa.Column("area", sa.Text(), nullable=False),
    sa.Column("area_position", sa.Integer(), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("seats", sa.Integer(), nullable=False),
    sa.Column("shape", sa.Text(), nullable=False),
    sa.Column("col", sa.Integer(), nullable=False),
    sa.Column("row", sa.Integer(), nullable=False),
    sa.Column("width", sa.Integer(), nullable=False),
    sa.Column("height", sa.Integer(), nullable=False),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("shape IN ('round', 'square')", name="ck_floor_table_shape"),
    sa.CheckConstraint("col >= 0 AND row >= 0 AND width > 0 AND height > 0 AND col + width <= 24 AND row + height <= 16", name="ck_floor_table_grid"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id"], ["location.tenant_id", "location.id"], name="fk_floor_table_tenant_id_location_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_floor_table"),
    sa.UniqueConstraint("tenant_id", "location_id", "id", name="uq_floor_table_tenant_id_location_id_id"),
    sa.UniqueConstraint("tenant_id", "location_id", "name", name="uq_floor_table_tenant_id_location_id_name")
    )
    op.secure_tenant_table("floor_table")
    op.create_table("visit",
    sa.Column("server_id", sa.Uuid(), nullable=False),
    sa.Column("guests", sa.Integer(), nullable=False),
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("seated_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("state IN ('seated', 'leaving', 'dirty', 'done')", name="ck_visit_state"),
    sa.CheckConstraint("guests > 0", name="ck_visit_guests"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id"], ["location.tenant_id", "location.id"], name="fk_visit_tenant_id_location_id"),
    sa.ForeignKeyConstraint(["tenant_id", "server_id"], ["member.tenant_id", "member.id"], name="fk_visit_tenant_id_server_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_visit"),
    sa.UniqueConstraint("tenant_id", "location_id", "id", name="uq_visit_tenant_id_location_id_id")
    )
    op.secure_tenant_table("visit")
    op.create_index("ix_visit_present", "visit", ["tenant_id", "location_id"], unique=False, postgresql_where=sa.text("state <> 'done'"))
    op.create_table("visit_table",
    sa.Column("visit_id", sa.Uuid(), nullable=False),
    sa.Column("table_id", sa.Uuid(), nullable=False),
    sa.Column("active", sa.Boolean(), nullable=False),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "table_id"], ["floor_table.tenant_id", "floor_table.location_id", "floor_table.id"], name="fk_visit_table_tenant_id_location_id_table_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "visit_id"], ["visit.tenant_id", "visit.location_id", "visit.id"], name="fk_visit_table_tenant_id_location_id_visit_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_visit_table"),
    sa.UniqueConstraint("tenant_id", "visit_id", "table_id", name="uq_visit_table_tenant_id_visit_id_table_id")
    )
    op.secure_tenant_table("visit_table")
    op.create_index("uq_visit_table_active", "visit_table", ["tenant_id", "table_id"], unique=True, postgresql_where=sa.text("active"))


def downgrade() -> None:
    op.drop_index("uq_visit_table_active", table_name="visit_table", postgresql_where=sa.text("active"))
    op.drop_table("visit_table")
    op.drop_index("ix_visit_present", table_name="visit", postgresql_where=sa.text("state <> 'done'"))
    op.drop_table("visit")
    op.drop_table("floor_table")
