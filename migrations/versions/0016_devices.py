"""Devices, what they are paired for, and the device in sessions, failures and audit entries

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("device",
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("code_hash", sa.LargeBinary(), nullable=True),
    sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("token_hash", sa.LargeBinary(), nullable=True),
    sa.Column("entry_id", sa.Uuid(), nullable=False),
    sa.Column("paired_by", sa.Uuid(), nullable=False),
    sa.Column("paired_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("battery", sa.Integer(), nullable=True),
    sa.Column("version", sa.Text(), nullable=True),
    sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.CheckConstraint("kind IN ('tablet', 'kitchen', 'pickup')", name=op.f("ck_device_kind")),
    sa.CheckConstraint("battery BETWEEN 0 AND 100", name=op.f("ck_device_battery")),
    sa.CheckConstraint("(token_hash IS NULL) = (expires_at IS NULL)", name=op.f("ck_device_enrolment")),
    sa.ForeignKeyConstraint(["tenant_id", "location_id"], ["location.tenant_id", "location.id"], name=op.f("fk_device_tenant_id_location_id")),
    sa.ForeignKeyConstraint(["tenant_id", "paired_by"], ["member.tenant_id", "member.id"], name=op.f("fk_device_tenant_id_paired_by")),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_device")),
    sa.UniqueConstraint("tenant_id", "location_id", "id", name=op.f("uq_device_tenant_id_location_id_id")),
    sa.UniqueConstraint("tenant_id", "token_hash", name=op.f("uq_device_tenant_id_token_hash")),
    sa.UniqueConstraint("tenant_id", "code_hash", name=op.f("uq_device_tenant_id_code_hash"))
    )
    op.secure_tenant_table("device")
    op.create_table("device_station",
    sa.Column("device_id", sa.Uuid(), nullable=False),
    sa.Column("station_id", sa.Uuid(), nullable=False),
    sa.Column("location_id", sa.Uuid(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "device_id"], ["device.tenant_id", "device.location_id", "device.id"], name=op.f("fk_device_station_tenant_id_location_id_device_id"), ondelete="CASCADE"),
    sa.ForeignKeyConstraint(["tenant_id", "location_id", "station_id"], ["station.tenant_id", "station.location_id", "station.id"], name=op.f("fk_device_station_tenant_id_location_id_station_id")),
    sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_device_station")),
    sa.UniqueConstraint("tenant_id", "device_id", "station_id", name=op.f("uq_device_station_tenant_id_device_id_station_id"))
    )
    op.secure_tenant_table("device_station")

    # Who works at a browser that another opened is no longer a thing: people change at devices.
    op.drop_constraint("fk_login_session_tenant_id_opened_by", "login_session")
    op.drop_column("login_session", "opened_by")
    for table in ("login_session", "sign_in_failure"):
        op.add_column(table, sa.Column("device_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f(f"fk_{table}_tenant_id_device_id"), table, "device", ["tenant_id", "device_id"], ["tenant_id", "id"])
        op.create_index(op.f(f"ix_{table}_tenant_id_device_id"), table, ["tenant_id", "device_id"])
    op.add_column("audit_entry", sa.Column("device_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("audit_entry", "device_id")
    for table in ("sign_in_failure", "login_session"):
        op.drop_index(op.f(f"ix_{table}_tenant_id_device_id"), table_name=table)
        op.drop_constraint(op.f(f"fk_{table}_tenant_id_device_id"), table)
        op.drop_column(table, "device_id")
    op.add_column("login_session", sa.Column("opened_by", sa.Uuid(), nullable=True))
    op.execute("UPDATE login_session SET opened_by = member_id")
    op.alter_column("login_session", "opened_by", nullable=False)
    op.create_foreign_key("fk_login_session_tenant_id_opened_by", "login_session", "member", ["tenant_id", "opened_by"], ["tenant_id", "id"])
    op.drop_table("device_station")
    op.drop_table("device")
