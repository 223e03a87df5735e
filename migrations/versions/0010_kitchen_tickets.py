"""Kitchen tickets."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("ticket",
    sa.Column("station_id", sa.Uuid(), nullable=False),
    sa.Column("firing_id", sa.Uuid(), nullable=False),
    sa.Column("order_id", sa.Uuid(), nullable=False),
    sa.Column("business_day_id", sa.Uuid(), nullable=False),
    sa.Column("slot", sa.Integer(), nullable=False),
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("title", sa.Text(), nullable=False),
    sa.Column("subtitle", sa.Text(), nullable=False),
    sa.Column("service_type", sa.Text(), nullable=False),
    sa.Column("longest_prep_minutes", sa.Integer(), nullable=False),
    sa.Column("fired_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("bumped_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("(state = 'bumped') = (bumped_at IS NOT NULL)", name="ck_ticket_bumped"),
    sa.CheckConstraint("state IN ('open', 'ready', 'bumped')", name="ck_ticket_state"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "business_day_id"], ["business_day.tenant_id", "business_day.location_id", "business_day.id"], name="fk_ticket_tenant_id_location_id_business_day_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "firing_id"], ["firing.tenant_id", "firing.location_id", "firing.id"], name="fk_ticket_tenant_id_location_id_firing_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "order_id"], ["orders.tenant_id", "orders.location_id", "orders.id"], name="fk_ticket_tenant_id_location_id_order_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "station_id"], ["station.tenant_id", "station.location_id", "station.id"], name="fk_ticket_tenant_id_location_id_station_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_ticket"),
    sa.UniqueConstraint("tenant_id", "firing_id", "station_id", name="uq_ticket_tenant_id_firing_id_station_id"),
    sa.UniqueConstraint("tenant_id", "location_id", "id", name="uq_ticket_tenant_id_location_id_id")
    )
    op.secure_tenant_table("ticket")
    op.create_index("ix_ticket_board", "ticket", ["tenant_id", "station_id", "fired_at"], unique=False, postgresql_where=sa.text("state <> 'bumped'"))
    op.create_index("ix_ticket_recall", "ticket", ["tenant_id", "station_id", "bumped_at"], unique=False)
    op.create_index("ix_ticket_tenant_id_order_id", "ticket", ["tenant_id", "order_id"], unique=False)
    op.create_table("ticket_line",
    sa.Column("ticket_id", sa.Uuid(), nullable=False),
    sa.Column("station_id", sa.Uuid(), nullable=False),
    sa.Column("firing_id", sa.Uuid(), nullable=False),
    sa.Column("line_id", sa.Uuid(), nullable=False),
    sa.Column("position", sa.Integer(), nullable=False),
    sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("modifiers", postgresql.JSONB(), nullable=False),
    sa.Column("allergies", postgresql.JSONB(), nullable=False),
    sa.Column("note", sa.Text(), nullable=False),
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("void_text", sa.Text(), nullable=True),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("state IN ('open', 'done', 'voided', 'confirmed')", name="ck_ticket_line_state"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "firing_id"], ["firing.tenant_id", "firing.location_id", "firing.id"], name="fk_ticket_line_tenant_id_location_id_firing_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "line_id"], ["order_line.tenant_id", "order_line.location_id", "order_line.id"], name="fk_ticket_line_tenant_id_location_id_line_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "station_id"], ["station.tenant_id", "station.location_id", "station.id"], name="fk_ticket_line_tenant_id_location_id_station_id"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "ticket_id"], ["ticket.tenant_id", "ticket.location_id", "ticket.id"], name="fk_ticket_line_tenant_id_location_id_ticket_id"),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_ticket_line"),
    sa.UniqueConstraint("tenant_id", "station_id", "firing_id", "line_id", name="uq_ticket_line_tenant_id_station_id_firing_id_line_id")
    )
    op.secure_tenant_table("ticket_line")
    op.create_index("ix_ticket_line_tenant_id_line_id", "ticket_line", ["tenant_id", "line_id"], unique=False)
    op.create_index("ix_ticket_line_tenant_id_ticket_id", "ticket_line", ["tenant_id", "ticket_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_ticket_line_tenant_id_ticket_id", table_name="ticket_line")
    op.drop_index("ix_ticket_line_tenant_id_line_id", table_name="ticket_line")
    op.drop_table("ticket_line")
    op.drop_index("ix_ticket_tenant_id_order_id", table_name="ticket")
    op.drop_index("ix_ticket_recall", table_name="ticket")
    op.drop_index("ix_ticket_board", table_name="ticket", postgresql_where=sa.text("state <> 'bumped'"))
    op.drop_table("ticket")
