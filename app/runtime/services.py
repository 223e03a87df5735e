"""PostgreSQL and Valkey on a machine that has neither.

Both run as daemons in sessions of their own and outlive the process that started them. Everyone
who uses them holds a shared lock on `users.lock`; the kernel drops it when a user is killed, and
the last user to leave stops both.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.core.embedded import DATABASE_NAME, embedded_urls, socket_folder
from app.runtime.account import server_account
from app.runtime.binaries import usable_postgres, usable_valkey
from app.runtime.errors import SetupError
from app.runtime.postgres import Postgres
from app.runtime.valkey import Valkey


@dataclass(frozen=True, kw_only=True)
class ServiceUrls:
    """Addresses in libpq's form; the roles and `database` exist after `core.roles.ensure_roles`."""

    admin_url: str
    owner_url: str
    app_url: str
    redis_url: str
    database: str


class Services:
    """The servers of one data folder. `durable=False`, for tests, is unsafe at a power loss."""

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.data_dir = data_dir.resolve()
        self.durable = durable
        self._user: IO[str] | None = None
        self._known: tuple[Postgres | Valkey, ...] = ()
        # Whether `up` found nothing running: nobody else has anything open here then.
        self.were_idle = False

    def up(self) -> ServiceUrls:
        """Start what does not run, attach to what does, and return the addresses."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._user = self._open("users.lock")
        # Waits while the last user of before is stopping the servers.
        fcntl.flock(self._user, fcntl.LOCK_SH)
        try:
            with self._starting():
                self.were_idle = not any(server.is_there() for server in self._servers())
                self._start()
        except BaseException:
            self._leave()
            raise
        urls = embedded_urls(self.data_dir)
        return ServiceUrls(
            admin_url=urls.admin_url,
            owner_url=urls.owner_url,
            app_url=urls.app_url,
            redis_url=urls.redis_url,
            database=DATABASE_NAME,
        )

    def down(self) -> bool:
        """Leave; the last one stops the servers. Returns whether they were stopped."""
        if self._user is None:
            return False
        try:
            fcntl.flock(self._user, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            for server in reversed(self._known):
                server.stop()
            return True
        finally:
            self._leave()

    def revive(self) -> None:
        """Start again what has died since `up`. Costs next to nothing when nothing has."""
        if not all(server.is_there() for server in self._known):
            with self._starting():
                self._start()

    def _start(self) -> None:
        self._known = self._servers()
        for server in self._known:
            server.start()

    def _servers(self) -> tuple[Postgres | Valkey, ...]:
        folder = self.data_dir / "services"
        account = server_account(folder)
        if account.demoted:
            self._let_through()
        account.own_folder(folder)
        sockets = account.own_folder(socket_folder(self.data_dir))
        valkey_data = account.own_folder(folder / "valkey")
        return (
            Postgres(
                usable_postgres(account, self.data_dir),
                folder / "postgres",
                sockets,
                account,
                self.durable,
            ),
            Valkey(
                usable_valkey(account, self.data_dir),
                valkey_data,
                sockets / "valkey.sock",
                account,
                self.durable,
            ),
        )

    def _let_through(self) -> None:
        """The servers' account must reach its folder; nobody is let into anything else."""
        self.data_dir.chmod(self.data_dir.stat().st_mode | 0o111)
        for parent in self.data_dir.parents:
            if not parent.stat().st_mode & 0o001:
                raise SetupError(
                    f"The database cannot run as root and nobody else may enter {parent}; "
                    "set DATA_DIR to a folder that others can reach, such as /var/lib/nibblix."
                )

    @contextmanager
    def _starting(self) -> Iterator[None]:
        """One starter at a time; a killed one gives way."""
        with self._open("start.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _open(self, name: str) -> IO[str]:
        return os.fdopen(os.open(self.data_dir / name, os.O_RDWR | os.O_CREAT, 0o600), "r+")

    def _leave(self) -> None:
        if self._user is not None:
            self._user.close()
            self._user = None
