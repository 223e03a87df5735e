"""Definer functions: the few ways across tenants; triggers on states and append-only tables."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

FREEZE_FIRED = """
CREATE FUNCTION app.freeze_fired_line() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  RAISE EXCEPTION 'line % was fired: name, price and quantity stand', OLD.id
    USING ERRCODE = '23514';
END $$
"""
FREEZE_TRIGGER = """
CREATE TRIGGER freeze_fired BEFORE UPDATE ON order_line FOR EACH ROW
WHEN (OLD.state NOT IN ('new', 'held') AND
  (OLD.name, OLD.kitchen_name, OLD.variant_name, OLD.quantity, OLD.unit_price_minor,
   OLD.modifiers_minor, OLD.gross_minor)
  IS DISTINCT FROM
  (NEW.name, NEW.kitchen_name, NEW.variant_name, NEW.quantity, NEW.unit_price_minor,
   NEW.modifiers_minor, NEW.gross_minor))
EXECUTE FUNCTION app.freeze_fired_line()
"""

STATEFUL = ("visit", "orders", "order_line", "bill", "payment", "refund", "ticket", "ticket_line")
APPEND_ONLY = (
    "audit_entry",
    "state_change",
    "order_change",
    "fiscal_document",
    "movement",
    "journal_entry",
    "journal_line",
)
GRANTS = (
    "SELECT, INSERT ON tenant, tenant_host, account",
    "SELECT, INSERT, UPDATE ON credential",
    "SELECT, UPDATE ON outbox",
    "SELECT ON location_counter",
)

# name(arguments), returned type, body
FUNCTIONS = (
    (
        "tenant_by_slug(wanted text)",
        "TABLE (id uuid, slug text, name text)",
        "SELECT t.id, t.slug, t.name FROM public.tenant t WHERE t.slug = wanted",
    ),
    (
        "tenant_by_host(wanted text)",
        "TABLE (id uuid, slug text, name text)",
        (
            "SELECT t.id, t.slug, t.name FROM public.tenant_host h"
            " JOIN public.tenant t ON t.id = h.tenant_id"
            " WHERE h.host = wanted AND h.verified_at IS NOT NULL"
        ),
    ),
    (
        "tenants()",
        "TABLE (id uuid, slug text, name text)",
        "SELECT t.id, t.slug, t.name FROM public.tenant t",
    ),
    (
        "tenant_open(new_id uuid, new_slug text, new_name text, at timestamptz)",
        "void",
        (
            "INSERT INTO public.tenant (id, slug, name, created_at)"
            " VALUES (new_id, new_slug, new_name, at)"
        ),
    ),
    (
        "account_by_email(wanted text)",
        "TABLE (id uuid, secret text)",
        (
            "SELECT a.id, c.secret FROM public.account a"
            " LEFT JOIN public.credential c ON c.account_id = a.id AND c.kind = 'password'"
            " WHERE pg_catalog.lower(a.email) = pg_catalog.lower(wanted)"
        ),
    ),
    (
        "account_open(new_id uuid, new_email text, new_secret text, at timestamptz)",
        "void",
        (
            "INSERT INTO public.account (id, email, created_at) VALUES (new_id, new_email, at);"
            " INSERT INTO public.credential (account_id, kind, secret, updated_at)"
            " VALUES (new_id, 'password', new_secret, at)"
        ),
    ),
    (
        "outbox_claim(n integer)",
        "SETOF public.outbox",
        (
            "SELECT * FROM public.outbox WHERE sent_at IS NULL"
            " AND (not_before IS NULL OR not_before <= pg_catalog.now())"
            " ORDER BY seq NULLS FIRST, id LIMIT n FOR UPDATE SKIP LOCKED"
        ),
    ),
    (
        "outbox_overdue()",
        "TABLE (tenant_id uuid, id uuid, stale boolean)",
        (
            "SELECT o.tenant_id, o.id, o.sent_at < pg_catalog.now() - interval '30 s'"
            " FROM public.outbox o WHERE o.done_at IS NULL AND o.sent_at IS NOT NULL"
            " AND o.seq IS NULL AND o.sent_at < pg_catalog.now() - interval '5 s'"
            " AND (o.leased_until IS NULL OR o.leased_until < pg_catalog.now())"
        ),
    ),
    (
        "outbox_lag()",
        "double precision",
        (
            "SELECT coalesce(extract(epoch FROM pg_catalog.now() - min("
            "coalesce(o.not_before, o.created_at))), 0)::double precision"
            " FROM public.outbox o WHERE o.sent_at IS NULL"
            " AND (o.not_before IS NULL OR o.not_before <= pg_catalog.now())"
        ),
    ),
    (
        "location_seqs()",
        "TABLE (tenant_id uuid, location_id uuid, seq bigint)",
        (
            "SELECT c.tenant_id, c.location_id, c.value FROM public.location_counter c"
            " WHERE c.kind = 'seq'"
        ),
    ),
)


def upgrade() -> None:
    for table in STATEFUL:
        op.track_states(table)
    for table in APPEND_ONLY:
        op.append_only(table)
    op.execute(FREEZE_FIRED)
    op.execute(FREEZE_TRIGGER)
    for grant in GRANTS:
        op.execute(f"GRANT {grant} TO nib_auth")
    op.execute("GRANT USAGE ON SCHEMA public TO nib_auth, nib_app")
    op.execute("GRANT CREATE ON SCHEMA app TO nib_auth")
    for signature, returned, body in FUNCTIONS:
        _define(signature, returned, body)
    op.execute("REVOKE CREATE ON SCHEMA app FROM nib_auth")
    op.execute("REVOKE ALL ON FUNCTION app.tenant_id() FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.tenant_id() TO nib_app")


def _define(signature: str, returned: str, body: str) -> None:
    name = f"app.{signature.split('(', maxsplit=1)[0]}"
    op.execute(
        f"CREATE FUNCTION app.{signature} RETURNS {returned} LANGUAGE sql SECURITY DEFINER"
        f" SET search_path = pg_catalog, pg_temp AS $$ {body} $$"
    )
    op.execute(f"ALTER FUNCTION {name} OWNER TO nib_auth")
    op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO nib_app")


def downgrade() -> None:
    for signature, _returned, _body in FUNCTIONS:
        op.execute(f"DROP FUNCTION app.{signature.split('(')[0]}")
    for grant in GRANTS:
        op.execute(f"REVOKE {grant} FROM nib_auth")
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER append_only ON {table}")
    for table in STATEFUL:
        op.execute(f"DROP TRIGGER track_states ON {table}")
    op.execute("DROP TRIGGER freeze_fired ON order_line")
    op.execute("DROP FUNCTION app.freeze_fired_line")
