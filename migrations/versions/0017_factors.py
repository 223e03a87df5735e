"""What proves an account besides its password, and what a person changes of an account."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

GRANTS = (
    "SELECT, INSERT, UPDATE, DELETE ON factor",
    "UPDATE (email) ON account",
    "SELECT (tenant_id, id, account_id) ON member",
    "SELECT (tenant_id, id, member_id, revoked_at), UPDATE (revoked_at) ON login_session",
)

# name(arguments), returned type, body
FUNCTIONS = (
    (
        "account_by_id(wanted uuid)",
        "TABLE (email text, secret text)",
        (
            "SELECT a.email, c.secret FROM public.account a"
            " LEFT JOIN public.credential c ON c.account_id = a.id AND c.kind = 'password'"
            " WHERE a.id = wanted"
        ),
    ),
    (
        "account_password_set(of_account uuid, new_secret text, at timestamptz)",
        "void",
        (
            "INSERT INTO public.credential (account_id, kind, secret, updated_at)"
            " VALUES (of_account, 'password', new_secret, at)"
            " ON CONFLICT (account_id, kind)"
            " DO UPDATE SET secret = excluded.secret, updated_at = excluded.updated_at"
        ),
    ),
    (
        "account_email_set(of_account uuid, new_email text)",
        "void",
        "UPDATE public.account SET email = new_email WHERE id = of_account",
    ),
    (
        "account_sign_out(of_account uuid, but uuid, at timestamptz)",
        "void",
        (
            "UPDATE public.login_session s SET revoked_at = at FROM public.member m"
            " WHERE m.account_id = of_account AND s.tenant_id = m.tenant_id"
            " AND s.member_id = m.id AND s.revoked_at IS NULL AND s.id IS DISTINCT FROM but"
        ),
    ),
    (
        "account_has_factor(of_account uuid)",
        "boolean",
        (
            "SELECT EXISTS (SELECT FROM public.factor f"
            " WHERE f.account_id = of_account AND f.kind <> 'recovery')"
        ),
    ),
    (
        "factors(of_account uuid)",
        "SETOF public.factor",
        "SELECT * FROM public.factor f WHERE f.account_id = of_account ORDER BY f.id",
    ),
    (
        "factor_by_key(wanted bytea)",
        "SETOF public.factor",
        "SELECT * FROM public.factor f WHERE f.key_id = wanted",
    ),
    (
        (
            "factor_add(new_id uuid, of_account uuid, of_kind text, new_name text,"
            " new_secret text, new_key_id bytea, new_public_key bytea, new_counter bigint,"
            " new_digest bytea, at timestamptz)"
        ),
        "void",
        (
            "INSERT INTO public.factor (id, account_id, kind, name, secret, key_id, public_key,"
            " counter, digest, created_at) VALUES (new_id, of_account, of_kind, new_name,"
            " new_secret, new_key_id, new_public_key, new_counter, new_digest, at)"
        ),
    ),
    (
        # Only forward: a code or an assertion that was seen before finds no row.
        "factor_use(wanted uuid, new_counter bigint, at timestamptz)",
        "SETOF uuid",
        (
            "UPDATE public.factor f SET counter = new_counter, used_at = at WHERE f.id = wanted"
            " AND (f.counter < new_counter OR (f.kind = 'passkey' AND new_counter = 0"
            " AND f.counter = 0)) RETURNING f.id"
        ),
    ),
    (
        "recovery_use(of_account uuid, wanted bytea, at timestamptz)",
        "SETOF uuid",
        (
            "UPDATE public.factor f SET used_at = at WHERE f.account_id = of_account"
            " AND f.kind = 'recovery' AND f.digest = wanted AND f.used_at IS NULL RETURNING f.id"
        ),
    ),
    (
        "factor_remove(of_account uuid, wanted uuid)",
        "SETOF uuid",
        (
            "DELETE FROM public.factor f WHERE f.account_id = of_account AND f.id = wanted"
            " RETURNING f.id"
        ),
    ),
    (
        "factors_remove(of_account uuid, of_kind text)",
        "void",
        "DELETE FROM public.factor f WHERE f.account_id = of_account AND f.kind = of_kind",
    ),
)


def upgrade() -> None:
    op.create_table(
        "factor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("key_id", sa.LargeBinary(), nullable=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind = 'totp' AND secret IS NOT NULL"
            " OR kind = 'passkey' AND key_id IS NOT NULL AND public_key IS NOT NULL"
            " OR kind = 'recovery' AND digest IS NOT NULL",
            name="ck_factor_kind",
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_factor_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_factor"),
        sa.UniqueConstraint("key_id", name="uq_factor_key_id"),
    )
    op.create_index("ix_factor_account_id", "factor", ["account_id"], unique=False)
    op.create_index(
        "uq_factor_totp",
        "factor",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'totp'"),
    )
    for grant in GRANTS:
        op.execute(f"GRANT {grant} TO nib_auth")
    op.execute("GRANT CREATE ON SCHEMA app TO nib_auth")
    for signature, returned, body in FUNCTIONS:
        _define(signature, returned, body)
    op.execute("REVOKE CREATE ON SCHEMA app FROM nib_auth")


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
    for signature, _returned, _body in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION app.{signature.split('(', maxsplit=1)[0]}")
    for grant in GRANTS[1:]:
        op.execute(f"REVOKE {grant} FROM nib_auth")
    op.drop_table("factor")
