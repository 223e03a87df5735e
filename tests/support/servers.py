"""The servers of the tests and each worker's own database, made from one migrated template.

The embedded servers are shared by all workers and stop when the last one leaves. A worker claims
a slot: its number names the worker's database and its Redis database, so that two runs of the
suite on one checkout do not meet.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlencode

from alembic import command
from alembic.config import Config
from psycopg import connect, sql
from psycopg.conninfo import conninfo_to_dict

from app.core.embedded import embedded_urls
from app.core.roles import ensure_roles
from app.core.settings import PROJECT
from app.runtime.services import Services

SLOTS = range(16)  # as many databases as Redis has
EXTERNAL = "TEST_DATABASE_ADMIN_URL"
EXTERNAL_PASSWORD = "only-for-tests"
SECRET = "a secret that the tests alone know"
ENCRYPTION_KEY = "dGhlIHRlc3RzIGFsb25lIGtub3cgdGhpcyBvbmUga2U="


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """How one database is reached by each role, and its Redis database."""

    admin_url: str
    owner_url: str
    app_url: str
    redis_url: str
    data_dir: Path
    slot: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point an application, or a process, at these servers."""
        return {
            "DATABASE_URL": self.app_url,
            "DATABASE_OWNER_URL": self.owner_url,
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": SECRET,
            "ENCRYPTION_KEYS": ENCRYPTION_KEY,
            "DATA_DIR": str(self.data_dir / f"slot-{self.slot}"),
            "LOG_LEVEL": "WARNING",
        }


@contextmanager
def worker_addresses() -> Iterator[Addresses]:
    """A slot with a database of its own, freshly copied from the template."""
    folder = _folder()
    with _servers(folder), _slot(folder) as slot:
        template = _template(folder)
        addresses = _addresses(folder, f"nib_test_{slot}", slot)
        _copy(addresses, template)
        try:
            yield addresses
        finally:
            _drop(addresses.admin_url, f"nib_test_{slot}")


@contextmanager
def scratch_database(addresses: Addresses, *, migrated: bool = True) -> Iterator[Addresses]:
    """One more database beside a worker's own, for tests that change the schema."""
    name = f"nib_test_{addresses.slot}_scratch"
    scratch = _addresses(addresses.data_dir, name, addresses.slot)
    if migrated:
        _copy(scratch, _template(addresses.data_dir))
    else:
        _drop(scratch.admin_url, name)
        ensure_roles(scratch.admin_url, scratch.app_url, scratch.owner_url)
    try:
        yield scratch
    finally:
        _drop(scratch.admin_url, name)


def alembic_config(owner_url: str) -> Config:
    """What `alembic.command` needs to migrate the database of `owner_url`."""
    config = Config(str(PROJECT / "migrations" / "alembic.ini"))
    config.attributes["owner_url"] = owner_url
    return config


def _folder() -> Path:
    """Outside the project and under /tmp: the servers' account may have no way into the rest."""
    digest = hashlib.sha256(os.fsencode(PROJECT)).hexdigest()[:8]
    folder = Path(tempfile.gettempdir()) / f"nibblix-tests-{os.geteuid()}-{digest}"
    folder.mkdir(mode=0o755, exist_ok=True)
    return folder


@contextmanager
def _servers(folder: Path) -> Iterator[None]:
    services = Services(folder, durable=False)
    services.up()
    try:
        yield
    finally:
        if services.down():
            # Renamed first: a run that is killed here must not leave half a cluster to the next.
            gone = folder.rename(folder.with_name(f".{folder.name}.{os.getpid()}"))
            shutil.rmtree(gone, ignore_errors=True)


@contextmanager
def _slot(folder: Path) -> Iterator[int]:
    for slot in SLOTS:
        with _open(folder / f"slot-{slot}.lock") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield slot
            return
    raise RuntimeError("every slot of the test servers is taken")


def _addresses(folder: Path, database: str, slot: int) -> Addresses:
    embedded = embedded_urls(folder)
    admin_url = os.environ.get(EXTERNAL) or embedded.admin_url
    return Addresses(
        admin_url=admin_url,
        owner_url=_login(admin_url, "nib_owner", database),
        app_url=_login(admin_url, "nib_app", database),
        redis_url=f"{embedded.redis_url}?db={slot}",
        data_dir=folder,
        slot=slot,
    )


def _login(admin_url: str, role: str, database: str) -> str:
    parts = conninfo_to_dict(admin_url)
    where = {name: str(parts[name]) for name in ("host", "port") if parts.get(name)}
    if os.environ.get(EXTERNAL):
        where["password"] = EXTERNAL_PASSWORD
    return f"postgresql://{role}@/{database}?{urlencode(where)}"


def _template(folder: Path) -> str:
    """The name of the migrated database, built by whoever comes first."""
    name = f"nib_template_{_migrations_digest()}"
    admin_url = _addresses(folder, name, 0).admin_url
    with _open(folder / "template.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_there(admin_url, name):
            unfinished = _addresses(folder, f"{name}_unfinished", 0)
            _drop(admin_url, f"{name}_unfinished")
            ensure_roles(admin_url, unfinished.app_url, unfinished.owner_url)
            command.upgrade(alembic_config(unfinished.owner_url), "head")
            _run(admin_url, "ALTER DATABASE {} RENAME TO {}", f"{name}_unfinished", name)
    return name


def _migrations_digest() -> str:
    sources = sorted((PROJECT / "migrations").rglob("*.py"))
    digest = hashlib.sha256()
    for path in [*sources, PROJECT / "app/core/rls.py", PROJECT / "app/core/roles.py"]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _copy(addresses: Addresses, template: str) -> None:
    name = str(conninfo_to_dict(addresses.app_url)["dbname"])
    _drop(addresses.admin_url, name)
    _run(addresses.admin_url, "CREATE DATABASE {} TEMPLATE {} OWNER nib_owner", name, template)
    # Grants on a database are not copied with it.
    ensure_roles(addresses.admin_url, addresses.app_url, addresses.owner_url)


def _drop(admin_url: str, name: str) -> None:
    _run(admin_url, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _is_there(admin_url: str, name: str) -> bool:
    with connect(admin_url, autocommit=True) as admin:
        found = admin.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        return found.fetchone() is not None


def _run(admin_url: str, statement: str, *names: str) -> None:
    with connect(admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _open(path: Path) -> IO[str]:
    return path.open("a+")
