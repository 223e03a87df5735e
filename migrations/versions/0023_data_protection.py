"""Retention, exports, and the closing of a tenant: from its last word to its last row."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TENANT_TABLES = "SELECT tablename FROM pg_policies WHERE policyname = 'tenant' ORDER BY tablename"
DIRECTORY = "tenant, tenant_host, account, credential"

# Whoever may run as nib_auth deletes: that is app.tenant_erase alone, for the role cannot log in
# and no other function of its has a DELETE in it.
REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION app.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_user = 'nib_auth' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';
END $$
"""
REFUSE_EVERY_CHANGE = """
CREATE OR REPLACE FUNCTION app.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';
END $$
"""

# Not a definer's: it has the powers of the definer functions that call it.
ACCOUNT_FORGET = """
CREATE FUNCTION app.account_forget(wanted uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE child record;
BEGIN
  IF EXISTS (SELECT FROM public.member m WHERE m.account_id = wanted) THEN
    RETURN;
  END IF;
  FOR child IN
    SELECT k.conrelid::regclass AS relation, a.attname AS named FROM pg_constraint k
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
    WHERE k.contype = 'f' AND k.confrelid = 'public.account'::regclass
  LOOP
    EXECUTE format('DELETE FROM %s WHERE %I = $1', child.relation, child.named) USING wanted;
  END LOOP;
  DELETE FROM public.account WHERE id = wanted;
END $$
"""

# (name(arguments), returned type, language and settings, body)
FUNCTIONS = (
    (
        "tenant_closings()",
        "TABLE (tenant_id uuid, erase_after timestamptz)",
        "sql STABLE",
        ("SELECT t.id, t.erase_after FROM public.tenant t WHERE t.erase_after IS NOT NULL"),
    ),
    (
        # The database's own clock: whoever calls cannot shorten the grace.
        "tenant_close()",
        "timestamptz",
        "sql",
        (
            "UPDATE public.tenant SET closed_at = pg_catalog.now(),"
            " erase_after = pg_catalog.now() + interval '30 days'"
            " WHERE id = app.tenant_id() AND closed_at IS NULL RETURNING erase_after"
        ),
    ),
    (
        "tenant_take_back()",
        "uuid",
        "sql",
        (
            "UPDATE public.tenant SET closed_at = NULL, erase_after = NULL"
            " WHERE id = app.tenant_id() AND erase_after > pg_catalog.now() RETURNING id"
        ),
    ),
    (
        "member_unlink(wanted uuid)",
        "void",
        "plpgsql",
        """
        DECLARE held uuid;
        BEGIN
          SELECT m.account_id INTO held FROM public.member m
          WHERE m.tenant_id = app.tenant_id() AND m.id = wanted FOR UPDATE;
          UPDATE public.member SET account_id = NULL
          WHERE tenant_id = app.tenant_id() AND id = wanted;
          PERFORM app.account_forget(held);
        END
        """,
    ),
    (
        # At most so many rows, of one table, a call; 0 once nothing is left of the tenant.
        "tenant_erase(wanted uuid, most integer)",
        "bigint",
        "plpgsql SET enable_seqscan = off",
        """
        DECLARE target regclass; child record; removed bigint; held uuid;
        BEGIN
          PERFORM FROM public.tenant t
          WHERE t.id = wanted AND t.erase_after <= pg_catalog.now() FOR UPDATE;
          IF NOT FOUND THEN
            RAISE EXCEPTION 'tenant % may not be erased', wanted USING ERRCODE = '42501';
          END IF;
          FOR target IN
            -- A table comes before those that it refers to.
            WITH RECURSIVE refers AS (
              SELECT DISTINCT k.conrelid AS child, k.confrelid AS parent FROM pg_constraint k
              WHERE k.contype = 'f' AND k.conrelid <> k.confrelid),
            deep (relation, depth) AS (
              SELECT p.polrelid, 0 FROM pg_policy p WHERE p.polname = 'tenant'
              UNION SELECT r.child, d.depth + 1 FROM deep d JOIN refers r ON r.parent = d.relation
                WHERE d.depth < 100)
            SELECT d.relation::regclass AS relation FROM deep d GROUP BY d.relation
            ORDER BY max(d.depth) DESC, d.relation
          LOOP
            IF target = 'public.member'::regclass THEN
              removed := 0;
              FOR held IN
                DELETE FROM public.member WHERE ctid = ANY (ARRAY(
                  SELECT m.ctid FROM public.member m WHERE m.tenant_id = wanted LIMIT most))
                RETURNING account_id
              LOOP
                removed := removed + 1;
                PERFORM app.account_forget(held);
              END LOOP;
            ELSE
              BEGIN
                EXECUTE format('DELETE FROM %1$s WHERE ctid = ANY (ARRAY('
                  'SELECT t.ctid FROM %1$s t WHERE t.tenant_id = $1 LIMIT $2))', target)
                USING wanted, most;
                GET DIAGNOSTICS removed = ROW_COUNT;
              EXCEPTION WHEN foreign_key_violation THEN
                -- Rows of one table that refer to each other: those references first.
                FOR child IN
                  SELECT a.attname AS named FROM pg_constraint k JOIN pg_attribute a
                    ON a.attrelid = k.conrelid AND a.attnum = k.conkey[array_upper(k.conkey, 1)]
                  WHERE k.contype = 'f' AND k.conrelid = target AND k.confrelid = target
                LOOP
                  EXECUTE format('UPDATE %1$s SET %2$I = NULL'
                    ' WHERE tenant_id = $1 AND %2$I IS NOT NULL', target, child.named)
                  USING wanted;
                  GET DIAGNOSTICS removed = ROW_COUNT;
                  EXIT WHEN removed > 0;
                END LOOP;
                IF NOT coalesce(removed > 0, false) THEN
                  RAISE;
                END IF;
              END;
            END IF;
            IF removed > 0 THEN
              RETURN removed;
            END IF;
          END LOOP;
          FOR child IN
            SELECT k.conrelid::regclass AS relation, a.attname AS named FROM pg_constraint k
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
            WHERE k.contype = 'f' AND k.confrelid = 'public.tenant'::regclass
          LOOP
            EXECUTE format('DELETE FROM %s WHERE %I = $1', child.relation, child.named)
            USING wanted;
          END LOOP;
          DELETE FROM public.tenant WHERE id = wanted;
          RETURN 0;
        END
        """,
    ),
)


def upgrade() -> None:
    op.add_column("tenant", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tenant", sa.Column("erase_after", sa.DateTime(timezone=True), nullable=True))
    op.add_column("member", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_orders_named",
        "orders",
        ["tenant_id", "closed_at"],
        unique=False,
        postgresql_where=sa.text("pickup_name <> ''"),
    )
    op.create_table(
        "retention",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.CheckConstraint("days > 0", name="ck_retention_days"),
        sa.PrimaryKeyConstraint("tenant_id", "kind", name="pk_retention"),
    )
    op.secure_tenant_table("retention")
    op.create_table(
        "data_export",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_ids", postgresql.JSONB(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('member', 'guest', 'tenant')", name="ck_data_export_kind"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_data_export"),
    )
    op.secure_tenant_table("data_export")
    op.create_index(
        "ix_data_export_tenant_id_asked_at", "data_export", ["tenant_id", "asked_at"], unique=False
    )
    # Tables that come later get this with their policy (app/core/rls.py).
    for (table,) in op.get_bind().execute(text(TENANT_TABLES)).all():
        op.execute(f"GRANT SELECT, DELETE ON {table} TO nib_auth")
    op.execute(f"GRANT SELECT, UPDATE, DELETE ON {DIRECTORY} TO nib_auth")
    op.execute("GRANT UPDATE ON member, order_line TO nib_auth")
    op.execute("GRANT INSERT ON state_change TO nib_auth")
    op.execute(REFUSE_CHANGE)
    op.execute(ACCOUNT_FORGET)
    op.execute("GRANT CREATE ON SCHEMA app TO nib_auth")
    op.execute("ALTER FUNCTION app.account_forget OWNER TO nib_auth")
    op.execute("REVOKE ALL ON FUNCTION app.account_forget FROM PUBLIC")
    for signature, returned, how, body in FUNCTIONS:
        _define(signature, returned, how, body)
    op.execute("REVOKE CREATE ON SCHEMA app FROM nib_auth")


def _define(signature: str, returned: str, how: str, body: str) -> None:
    name = f"app.{signature.split('(', maxsplit=1)[0]}"
    op.execute(
        f"CREATE FUNCTION app.{signature} RETURNS {returned} LANGUAGE {how} SECURITY DEFINER"
        f" SET search_path = pg_catalog, pg_temp AS $$ {body} $$"
    )
    op.execute(f"ALTER FUNCTION {name} OWNER TO nib_auth")
    op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO nib_app")


def downgrade() -> None:
    for signature, *_rest in FUNCTIONS:
        op.execute(f"DROP FUNCTION app.{signature.split('(', maxsplit=1)[0]}")
    op.execute("DROP FUNCTION app.account_forget")
    op.execute(REFUSE_EVERY_CHANGE)
    op.execute("REVOKE UPDATE, DELETE ON tenant, tenant_host, account FROM nib_auth")
    op.drop_table("data_export")
    op.drop_table("retention")
    op.drop_index(
        "ix_orders_named", table_name="orders", postgresql_where=sa.text("pickup_name <> ''")
    )
    op.drop_column("member", "erased_at")
    op.drop_column("tenant", "erase_after")
    op.drop_column("tenant", "closed_at")
