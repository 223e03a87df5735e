"""The database roles, made once by a superuser.

`nib_app` is what the running application logs in as: it owns nothing and row-level security binds
it. `nib_owner` owns the schema and bypasses row-level security, for back-fills and foreign keys
fail without. `nib_auth` owns the few definer functions and cannot log in.
"""

from dataclasses import dataclass
from typing import LiteralString

from psycopg import Connection, connect, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

AUTH_ROLE = "nib_auth"
# Advisory locks are per database: all callers meet in the database that the admin address names.
LOCK = 0x6E6962  # "nib"

APP_POWERS = "LOGIN NOSUPERUSER NOBYPASSRLS NOINHERIT NOCREATEDB NOCREATEROLE NOREPLICATION"
OWNER_POWERS = "LOGIN NOSUPERUSER BYPASSRLS INHERIT NOCREATEDB NOCREATEROLE NOREPLICATION"
AUTH_POWERS = "NOLOGIN NOSUPERUSER BYPASSRLS NOINHERIT NOCREATEDB NOCREATEROLE NOREPLICATION"


@dataclass(frozen=True)
class Login:
    """Who logs in, and into which database."""

    user: str
    password: str | None
    database: str

    @classmethod
    def of(cls, url: str, default_user: str) -> "Login":
        """The login that a libpq address names."""
        parts = conninfo_to_dict(url)
        user = str(parts.get("user") or default_user)
        password = parts.get("password")
        return cls(user, str(password) if password else None, str(parts.get("dbname") or user))


def ensure_roles(admin_url: str, app_url: str, owner_url: str) -> None:
    """Make the roles and the database, or bring them to what they must be. Safe to run at once
    from several processes; works on PostgreSQL 15 to 18.

    `admin_url` is a superuser's. Role names and passwords come from the other two addresses, the
    database's name from `app_url`. A role whose address has no password keeps the one it has.
    """
    app, owner = Login.of(app_url, "nib_app"), Login.of(owner_url, "nib_owner")
    with connect(admin_url, autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        _ensure_role(admin, app.user, APP_POWERS, app.password)
        _ensure_role(admin, owner.user, OWNER_POWERS, owner.password)
        _ensure_role(admin, AUTH_ROLE, AUTH_POWERS)
        _run(admin, "GRANT {} TO {}", AUTH_ROLE, owner.user)
        _ensure_database(admin, app.database, owner.user)
        _run(admin, "REVOKE ALL ON DATABASE {} FROM PUBLIC", app.database)
        _run(admin, "GRANT CONNECT ON DATABASE {} TO {}", app.database, app.user)
        # Under the lock still: two at once would meet in "tuple concurrently updated".
        with connect(make_conninfo(admin_url, dbname=app.database), autocommit=True) as inside:
            inside.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")


def _ensure_role(
    admin: Connection, name: str, powers: LiteralString, password: str | None = None
) -> None:
    verb = "ALTER" if _exists(admin, "pg_roles", "rolname", name) else "CREATE"
    _run(admin, f"{verb} ROLE {{}} {powers}", name)
    if password:
        # Hashed here, so that no server log ever holds the password itself.
        scram = admin.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256")
        statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
        admin.execute(statement.format(sql.Identifier(name), sql.Literal(scram.decode())))


def _ensure_database(admin: Connection, name: str, owner: str) -> None:
    if not _exists(admin, "pg_database", "datname", name):
        _run(admin, "CREATE DATABASE {} OWNER {}", name, owner)


def _exists(admin: Connection, catalogue: str, column: str, name: str) -> bool:
    statement = sql.SQL("SELECT FROM {} WHERE {} = %s")
    found = admin.execute(
        statement.format(sql.Identifier(catalogue), sql.Identifier(column)), [name]
    )
    return found.fetchone() is not None


def _run(admin: Connection, statement: LiteralString, *names: str) -> None:
    admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
