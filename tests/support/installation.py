"""A whole installation of its own: servers that nobody else uses and every process of `make run`.

For what would disturb others (a server that is stopped, frozen or filled) and for measuring.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from alembic import command

from app.core.embedded import DATABASE_NAME
from app.core.roles import ensure_roles
from app.runtime.services import Services
from tests.support.live import Live
from tests.support.servers import Addresses, alembic_config


@dataclass(frozen=True)
class Installation:
    """Servers under `folder` and the processes on them, which the user of it starts."""

    folder: Path
    addresses: Addresses
    services: Services
    live: Live

    def another_database(self, name: str) -> Addresses:
        """One more migrated, empty database on the same servers."""
        own = self.addresses
        other = replace(
            own,
            owner_url=own.owner_url.replace(f"/{DATABASE_NAME}?", f"/{name}?"),
            app_url=own.app_url.replace(f"/{DATABASE_NAME}?", f"/{name}?"),
        )
        _migrate(other)
        return other


@contextmanager
def installation(*, durable: bool = True) -> Iterator[Installation]:
    """Servers with a migrated, empty database; all of it is gone afterwards.

    `durable` keeps PostgreSQL's fsync, as `make run` does: what is measured waits for the disk.
    """
    folder = Path(tempfile.mkdtemp(prefix="nibblix-own-"))
    services = Services(folder, durable=durable)
    try:
        urls = services.up()
        addresses = Addresses(
            admin_url=urls.admin_url,
            owner_url=urls.owner_url,
            app_url=urls.app_url,
            redis_url=urls.redis_url,
            data_dir=folder,
        )
        _migrate(addresses)
        live = Live(addresses, folder / "live")
        try:
            yield Installation(folder, addresses, services, live)
        finally:
            live.close()
    finally:
        services.down()
        shutil.rmtree(folder, ignore_errors=True)


def _migrate(addresses: Addresses) -> None:
    ensure_roles(addresses.admin_url, addresses.app_url, addresses.owner_url)
    command.upgrade(alembic_config(addresses.owner_url), "head")
