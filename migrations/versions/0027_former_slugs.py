"""Short names that were given up: kept to their tenant for six months, and leading to it."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

# Of every tenant's short name, whichever function writes it. After the row is written: whoever was
# giving that name up at the same moment has done so by then, and is seen here.
KEEP_SLUG = """
CREATE FUNCTION app.keep_slug() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM public.tenant_slug k
  WHERE k.slug = NEW.slug AND (k.tenant_id = NEW.id OR k.kept_until <= now());
  IF EXISTS (SELECT FROM public.tenant_slug k WHERE k.slug = NEW.slug) THEN
    RAISE unique_violation USING MESSAGE = 'the short name is kept for another tenant';
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.slug <> NEW.slug THEN
    INSERT INTO public.tenant_slug (slug, tenant_id, kept_until)
    VALUES (OLD.slug, OLD.id, now() + interval '6 months');
    -- Nobody hoards names by going through them.
    DELETE FROM public.tenant_slug WHERE slug IN (
      SELECT k.slug FROM public.tenant_slug k WHERE k.tenant_id = NEW.id
      ORDER BY k.kept_until DESC OFFSET 10);
  END IF;
  RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER keep_slug AFTER INSERT OR UPDATE OF slug ON tenant
FOR EACH ROW EXECUTE FUNCTION app.keep_slug()
"""
MOVED_TO = """
CREATE FUNCTION app.tenant_moved_to(old_slug text) RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT t.slug FROM public.tenant_slug k JOIN public.tenant t ON t.id = k.tenant_id
  WHERE k.slug = old_slug AND k.kept_until > now()
$$
"""


def upgrade() -> None:
    op.create_table(
        "tenant_slug",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kept_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="fk_tenant_slug_tenant_id"),
        sa.PrimaryKeyConstraint("slug", name="pk_tenant_slug"),
    )
    op.create_index("ix_tenant_slug_tenant_id", "tenant_slug", ["tenant_id"], unique=False)
    op.execute("GRANT SELECT, INSERT, DELETE ON tenant_slug TO nib_auth")
    op.execute(KEEP_SLUG)
    op.execute(TRIGGER)
    op.execute("GRANT CREATE ON SCHEMA app TO nib_auth")
    op.execute(MOVED_TO)
    op.execute("ALTER FUNCTION app.tenant_moved_to OWNER TO nib_auth")
    op.execute("REVOKE CREATE ON SCHEMA app FROM nib_auth")
    op.execute("REVOKE ALL ON FUNCTION app.tenant_moved_to FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.tenant_moved_to TO nib_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION app.tenant_moved_to")
    op.execute("DROP TRIGGER keep_slug ON tenant")
    op.execute("DROP FUNCTION app.keep_slug")
    op.drop_index("ix_tenant_slug_tenant_id", table_name="tenant_slug")
    op.drop_table("tenant_slug")
