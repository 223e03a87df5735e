"""An account is held while it is changed; a new password or address ends what was given before."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# Its members first, as whoever erases them does: two orders of locks would wait for each other.
HOLD = """
CREATE FUNCTION app.account_hold(wanted uuid) RETURNS SETOF uuid
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT m.id FROM public.member m WHERE m.account_id = wanted
  ORDER BY m.tenant_id FOR NO KEY UPDATE;
  SELECT a.id FROM public.account a WHERE a.id = wanted FOR NO KEY UPDATE
$$
"""
END_LINKS = """
CREATE FUNCTION app.account_links_end(of_account uuid, at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE public.email_link l SET used_at = at FROM public.member m
  WHERE m.account_id = of_account AND l.tenant_id = m.tenant_id AND l.member_id = m.id
    AND l.kind IN ('reset', 'email') AND l.used_at IS NULL
$$
"""
ADDED = {"account_hold": HOLD, "account_links_end": END_LINKS}

SIGN_OUT = """
CREATE OR REPLACE FUNCTION app.account_sign_out(of_account uuid, but uuid, at timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE public.member m SET token_epoch = m.token_epoch + 1 WHERE m.account_id = of_account;
  UPDATE public.login_session s SET revoked_at = at FROM public.member m
  WHERE m.account_id = of_account AND s.tenant_id = m.tenant_id
    AND s.member_id = m.id AND s.revoked_at IS NULL AND s.id IS DISTINCT FROM but
$$
"""
SIGN_OUT_OF_SESSIONS = """
CREATE OR REPLACE FUNCTION app.account_sign_out(of_account uuid, but uuid, at timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE public.login_session s SET revoked_at = at FROM public.member m
  WHERE m.account_id = of_account AND s.tenant_id = m.tenant_id
    AND s.member_id = m.id AND s.revoked_at IS NULL AND s.id IS DISTINCT FROM but
$$
"""

# Of two restaurants that forget an account at once, the second must see that the first has.
FORGET = """
CREATE OR REPLACE FUNCTION app.account_forget(wanted uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE child record;
BEGIN
  PERFORM FROM public.account a WHERE a.id = wanted FOR UPDATE;
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
LOCK = "  PERFORM FROM public.account a WHERE a.id = wanted FOR UPDATE;\n"


def upgrade() -> None:
    op.execute("GRANT UPDATE (used_at) ON email_link TO nib_auth")
    op.execute("GRANT CREATE ON SCHEMA app TO nib_auth")
    for name, statement in ADDED.items():
        op.execute(statement)
        op.execute(f"ALTER FUNCTION app.{name} OWNER TO nib_auth")
        op.execute(f"REVOKE ALL ON FUNCTION app.{name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION app.{name} TO nib_app")
    op.execute(SIGN_OUT)
    op.execute(FORGET)
    op.execute("REVOKE CREATE ON SCHEMA app FROM nib_auth")


def downgrade() -> None:
    op.execute("GRANT CREATE ON SCHEMA app TO nib_auth")
    op.execute(FORGET.replace(LOCK, ""))
    op.execute(SIGN_OUT_OF_SESSIONS)
    op.execute("REVOKE CREATE ON SCHEMA app FROM nib_auth")
    for name in ADDED:
        op.execute(f"DROP FUNCTION app.{name}")
    op.execute("REVOKE UPDATE (used_at) ON email_link FROM nib_auth")
