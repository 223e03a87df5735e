"""How often an account is tried: by one form of its address, and at all its restaurants together.

An account was found by whatever the database folded to its address, and counted by what the
application did: each spelling that the two fold differently began to be counted anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

# name(arguments), returned type, body
FUNCTIONS = (
    (
        "wrong_codes(of_account uuid)",
        "timestamptz[]",
        "SELECT a.wrong_codes FROM public.account a WHERE a.id = of_account",
    ),
    (
        "wrong_codes_keep(of_account uuid, times timestamptz[])",
        "void",
        "UPDATE public.account SET wrong_codes = times WHERE id = of_account",
    ),
)

FIND = """
CREATE OR REPLACE FUNCTION app.account_by_email(wanted text) RETURNS TABLE (id uuid, secret text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT a.id, c.secret FROM public.account a
  LEFT JOIN public.credential c ON c.account_id = a.id AND c.kind = 'password'
  WHERE pg_catalog.lower(a.email) = wanted
$$
"""


def upgrade() -> None:
    op.add_column(
        "account",
        sa.Column(
            "wrong_codes",
            sa.ARRAY(sa.DateTime(timezone=True)),
            server_default="{}",
            nullable=False,
        ),
    )
    op.execute("GRANT UPDATE (wrong_codes) ON account TO nib_auth")
    op.execute("GRANT CREATE ON SCHEMA app TO nib_auth")
    for signature, returned, body in FUNCTIONS:
        _define(signature, returned, body)
    op.execute(FIND)
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
    op.execute("GRANT CREATE ON SCHEMA app TO nib_auth")
    op.execute(FIND.replace("= wanted", "= pg_catalog.lower(wanted)"))
    op.execute("REVOKE CREATE ON SCHEMA app FROM nib_auth")
    for signature, _returned, _body in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION app.{signature.split('(', maxsplit=1)[0]}")
    op.drop_column("account", "wrong_codes")
