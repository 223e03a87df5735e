"""The schema `app`: the tenant of a transaction, and the functions that triggers call."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TENANT_ID = """
CREATE FUNCTION app.tenant_id() RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog AS $$
DECLARE value text := current_setting('app.tenant_id', true);
BEGIN
  IF value IS NULL OR value = '' THEN
    RAISE EXCEPTION 'tenant not set' USING ERRCODE = '42501';
  END IF;
  RETURN value::uuid;
END $$
"""

REFUSE_CHANGE = """
CREATE FUNCTION app.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';
END $$
"""

TRACK_STATES = """
CREATE FUNCTION app.track_states() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  INSERT INTO state_change
    (tenant_id, id, location_id, subject, subject_id, from_state, to_state)
  SELECT after.tenant_id, gen_random_uuid(), after.location_id, TG_TABLE_NAME, after.id,
         before.state, after.state
  FROM before JOIN after USING (tenant_id, id)
  WHERE before.state <> after.state;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute("CREATE SCHEMA app")
    op.execute("GRANT USAGE ON SCHEMA app TO nib_app, nib_auth")
    for function in (TENANT_ID, REFUSE_CHANGE, TRACK_STATES):
        op.execute(function)


def downgrade() -> None:
    op.execute("DROP SCHEMA app CASCADE")
