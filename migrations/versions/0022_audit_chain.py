"""The audit trail's hash chain; security events and alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

NOTE_UNSEALED = """
CREATE FUNCTION app.note_unsealed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  INSERT INTO audit_unsealed (tenant_id, entry_id) SELECT tenant_id, id FROM added;
  RETURN NULL;
END $$
"""
NOTE_TRIGGER = """
CREATE TRIGGER note_unsealed AFTER INSERT ON audit_entry
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION app.note_unsealed()
"""
READ_BY_AUTH = "audit_unsealed, security_event, member, account"

# name(arguments), returned type, body
FUNCTIONS = (
    (
        "audit_waiting()",
        "TABLE (tenant_id uuid)",
        (
            "SELECT u.tenant_id FROM public.audit_unsealed u"
            " UNION SELECT e.tenant_id FROM public.security_event e WHERE NOT e.weighed"
        ),
    ),
    (
        # Of a member of the tenant in scope alone.
        "account_email(wanted uuid)",
        "text",
        (
            "SELECT a.email FROM public.account a WHERE a.id = wanted AND EXISTS ("
            "SELECT FROM public.member m WHERE m.tenant_id = app.tenant_id()"
            " AND m.account_id = wanted)"
        ),
    ),
)


def upgrade() -> None:
    op.create_table("audit_unsealed",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("entry_id", sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "entry_id", name="pk_audit_unsealed")
    )
    op.secure_tenant_table("audit_unsealed")
    op.create_table("audit_seal",
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("position", sa.BigInteger(), nullable=False),
    sa.Column("entry_id", sa.Uuid(), nullable=False),
    sa.Column("hash", sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "position", name="pk_audit_seal"),
    sa.UniqueConstraint("tenant_id", "entry_id", name="uq_audit_seal_tenant_id_entry_id")
    )
    op.secure_tenant_table("audit_seal")
    op.append_only("audit_seal")
    op.create_table("security_event",
    sa.Column("act", sa.Text(), nullable=False),
    sa.Column("subject_id", sa.Uuid(), nullable=False),
    sa.Column("what", sa.Text(), nullable=False),
    sa.Column("network", sa.Text(), nullable=False),
    sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
    sa.Column("times", sa.Integer(), nullable=False),
    sa.Column("weighed", sa.Boolean(), nullable=False),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_security_event"),
    sa.UniqueConstraint("tenant_id", "act", "subject_id", "what", "network", "minute", name="uq_security_event_tenant_id_act_subject_id_what_network_minute")
    )
    op.secure_tenant_table("security_event")
    op.create_index("ix_security_event_tenant_id_minute", "security_event", ["tenant_id", "minute"], unique=False)
    op.create_index("ix_security_event_unweighed", "security_event", ["tenant_id"], unique=False, postgresql_where=sa.text("NOT weighed"))
    op.create_table("security_alert",
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("times", sa.Integer(), nullable=False),
    sa.Column("seen_by", sa.Uuid(), nullable=True),
    sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("tenant_id", sa.Uuid(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_security_alert"),
    sa.UniqueConstraint("tenant_id", "kind", "hour", name="uq_security_alert_tenant_id_kind_hour")
    )
    op.secure_tenant_table("security_alert")
    op.create_index("ix_security_alert_tenant_id_at", "security_alert", ["tenant_id", "at"], unique=False)
    op.drop_index("ix_audit_entry_tenant_id_at", table_name="audit_entry")
    op.create_index("ix_audit_entry_tenant_id_at_id", "audit_entry", ["tenant_id", "at", "id"], unique=False)
    op.create_index("ix_audit_entry_tenant_id_actor_id_at", "audit_entry", ["tenant_id", "actor_id", "at"], unique=False)
    op.create_index("ix_audit_entry_tenant_id_act_at", "audit_entry", ["tenant_id", "act", "at"], unique=False)
    op.create_index("ix_audit_entry_approved", "audit_entry", ["tenant_id", "approver_id"], unique=False, postgresql_where=sa.text("approver_id IS NOT NULL"))
    op.execute(NOTE_UNSEALED)
    op.execute(NOTE_TRIGGER)
    op.execute("INSERT INTO audit_unsealed (tenant_id, entry_id) SELECT tenant_id, id FROM audit_entry")
    op.execute(f"GRANT SELECT ON {READ_BY_AUTH} TO nib_auth")
    op.execute("GRANT EXECUTE ON FUNCTION app.tenant_id() TO nib_auth")
    op.execute("GRANT CREATE ON SCHEMA app TO nib_auth")
    for signature, returned, body in FUNCTIONS:
        _define(signature, returned, body)
    op.execute("REVOKE CREATE ON SCHEMA app FROM nib_auth")


def _define(signature: str, returned: str, body: str) -> None:
    name = f"app.{signature.split('(', maxsplit=1)[0]}"
    op.execute(
        f"CREATE FUNCTION app.{signature} RETURNS {returned} LANGUAGE sql STABLE SECURITY DEFINER"
        f" SET search_path = pg_catalog, pg_temp AS $$ {body} $$"
    )
    op.execute(f"ALTER FUNCTION {name} OWNER TO nib_auth")
    op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO nib_app")


def downgrade() -> None:
    for signature, _returned, _body in FUNCTIONS:
        op.execute(f"DROP FUNCTION app.{signature.split('(', maxsplit=1)[0]}")
    op.execute("REVOKE EXECUTE ON FUNCTION app.tenant_id() FROM nib_auth")
    op.execute("REVOKE SELECT ON member FROM nib_auth")
    op.execute("DROP TRIGGER note_unsealed ON audit_entry")
    op.execute("DROP FUNCTION app.note_unsealed")
    op.drop_index("ix_audit_entry_approved", table_name="audit_entry", postgresql_where=sa.text("approver_id IS NOT NULL"))
    op.drop_index("ix_audit_entry_tenant_id_act_at", table_name="audit_entry")
    op.drop_index("ix_audit_entry_tenant_id_actor_id_at", table_name="audit_entry")
    op.drop_index("ix_audit_entry_tenant_id_at_id", table_name="audit_entry")
    op.create_index("ix_audit_entry_tenant_id_at", "audit_entry", ["tenant_id", "at"], unique=False)
    op.drop_table("security_alert")
    op.drop_table("security_event")
    op.drop_table("audit_seal")
    op.drop_table("audit_unsealed")
