"""What must stand before a process starts: servers, roles, tables, a demo restaurant."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import redis

from app.core.roles import ensure_roles
from app.core.settings import PROJECT, Settings
from app.runtime.errors import SetupError
from app.runtime.services import Services

_OF_TOOLS = ("DATABASE_OWNER_URL", "DATABASE_ADMIN_URL")


@dataclass(frozen=True)
class Running:
    """What tools need to know, and `revive` to start a dead embedded server again.

    `were_idle`: no process of an earlier start can still be there.
    """

    environment: Mapping[str, str]
    revive: Callable[[], None]
    were_idle: bool

    @property
    def serving(self) -> dict[str, str]:
        """What the processes that serve need to know: no address past row-level security."""
        return {name: value for name, value in self.environment.items() if name not in _OF_TOOLS}


@contextmanager
def running_services(settings: Settings) -> Iterator[Running]:
    """The servers, embedded or given, while the block lasts."""
    services = Services(settings.data_dir)
    try:
        if settings.embedded_database or settings.embedded_redis:
            services.up()
        _check_database(settings)
        _check_redis(settings)
        yield Running(_environment(settings), services.revive, services.were_idle)
    finally:
        services.down()


def make_roles(settings: Settings) -> None:
    """Make roles and database where a superuser's address is known; otherwise they are there."""
    if settings.database_admin_url is None:
        return
    if settings.database_owner_url is None:
        raise SetupError("DATABASE_OWNER_URL must be set where DATABASE_ADMIN_URL is.")
    ensure_roles(settings.database_admin_url, settings.database_url, settings.database_owner_url)


def migrate(settings: Settings, environment: Mapping[str, str]) -> None:
    """Bring the tables to this version, as the owner of the schema."""
    _check_owner(settings)
    alembic = ["alembic", "--config", "migrations/alembic.ini", "upgrade", "head"]
    _python(alembic, environment, "The database could not be migrated; see above.")


def make_ready(settings: Settings, running: Running) -> str:
    """The same, then the demo restaurants where they are missing; returns how to sign in.

    Where nothing can still seal with them, encryption keys that were replaced are let go.
    """
    _check_owner(settings)
    failure = "The database could not be made ready; see above."
    options = ["--drop-old-keys"] if running.were_idle else []
    return _python(["app.runtime.tables", *options], running.environment, failure)


def _check_owner(settings: Settings) -> None:
    if settings.database_owner_url is None:
        raise SetupError("DATABASE_OWNER_URL must be set to migrate the database.")


def _python(module: list[str], environment: Mapping[str, str], failure: str) -> str:
    """Run a module and return what it prints; SetupError says `failure` after its output."""
    done = subprocess.run(
        [sys.executable, "-m", *module],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        check=False,
        text=True,
    )
    if done.returncode != 0:
        raise SetupError(f"{done.stdout}{done.stderr}{failure}")
    return done.stdout


def _environment(settings: Settings) -> dict[str, str]:
    """The person's environment with every address settled."""
    settled = {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "SECRET_KEY": settings.secret_key,
        "ENCRYPTION_KEYS": ",".join(settings.encryption_keys),
        "DATA_DIR": str(settings.data_dir),
        "PYTHONUNBUFFERED": "1",
    }
    optional = {
        "DATABASE_OWNER_URL": settings.database_owner_url,
        "DATABASE_ADMIN_URL": settings.database_admin_url,
    }
    return {**os.environ, **settled, **{key: url for key, url in optional.items() if url}}


def _check_database(settings: Settings) -> None:
    # The application's own login may not exist yet: the superuser makes it.
    url = settings.database_admin_url or settings.database_url
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        name = "DATABASE_ADMIN_URL" if settings.database_admin_url else "DATABASE_URL"
        reason = str(error).strip().splitlines()[-1]
        raise SetupError(f"The database of {name} cannot be reached: {reason}") from error


def _check_redis(settings: Settings) -> None:
    client = redis.Redis.from_url(settings.redis_url, socket_timeout=5, socket_connect_timeout=5)
    try:
        client.ping()
    except redis.RedisError as error:
        raise SetupError(f"The server of REDIS_URL cannot be reached: {error}") from error
    finally:
        client.close()
