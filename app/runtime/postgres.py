"""The embedded PostgreSQL: one cluster in the data folder, reached by a unix socket only."""

import shlex
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from app.runtime.account import Account
from app.runtime.errors import SetupError
from app.runtime.pidfile import holds, read_pid

START_SECONDS = 60
SUPERUSER = "postgres"

# No network, and a socket that only the servers' account (and root) can open: what `trust` needs.
CONFIGURATION = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": "5432",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    # A young table is planned from guesses until it is analysed: not for its first whole minute.
    "autovacuum_naptime": "10s",
}
# For tests: a crash of the machine may lose the cluster, a crash of the server does not.
HASTE = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Postgres:
    """One cluster. `tools` holds the programs, `data` the cluster, `sockets` its socket."""

    tools: Path
    data: Path
    sockets: Path
    account: Account
    durable: bool

    def start(self) -> None:
        """Make the cluster if there is none and start the server if it does not answer."""
        if not self.data.exists():
            self._make_cluster()
        self._forget_reused_pid()
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if time.monotonic() > deadline:
                raise SetupError(f"The embedded PostgreSQL does not start; see {self._log}.")
            self._try_to_start()

    def stop(self) -> None:
        """Stop the server; what is committed is safe."""
        self._ctl("stop", "-m", "fast", "-w", "-t", "10")

    def answers(self) -> bool:
        """Whether the server takes connections."""
        return self._readiness() == 0

    def is_there(self) -> bool:
        """Whether a server has this cluster open, told without asking it."""
        pid = read_pid(self.data / "postmaster.pid")
        return pid is not None and holds(pid, self.data)

    @property
    def _log(self) -> Path:
        return self.data / "server.log"

    def _readiness(self) -> int:
        """0: takes connections; 1: is starting or stopping; 2: nobody there."""
        return self.account.run(
            [self.tools / "pg_isready", "-q", "-t", "2", "-h", self.sockets]
        ).returncode

    def _try_to_start(self) -> None:
        if self._readiness() == 1:
            time.sleep(0.1)
        elif self._ctl("start", "-w", "-t", "20", "-l", self._log, "-o", self._options()) != 0:
            # After kill -9 its orphans may still hold the shared memory for a moment.
            time.sleep(0.3)

    def _ctl(self, verb: str, *arguments: str | Path) -> int:
        return self.account.run(
            [self.tools / "pg_ctl", verb, "-D", self.data, *arguments]
        ).returncode

    def _make_cluster(self) -> None:
        # Under another name until it is whole: a killed initdb leaves nothing that looks like one.
        unfinished = self.data.with_name(f"{self.data.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        self.account.own_folder(unfinished)
        made = self.account.run(
            [
                self.tools / "initdb",
                *("-D", unfinished, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8"),
                *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *([] if self.durable else ["--no-sync"]),
            ]
        )
        if made.returncode != 0:
            raise SetupError(
                f"PostgreSQL cannot make its files in {self.data.parent}; set DATA_DIR."
            )
        unfinished.rename(self.data)

    def _options(self) -> str:
        values = CONFIGURATION | {"unix_socket_directories": f'"{self.sockets}"'}
        if not self.durable:
            values |= HASTE
        return " ".join(f"-c {name}={shlex.quote(value)}" for name, value in values.items())

    def _forget_reused_pid(self) -> None:
        """Remove the mark of a killed server whose process number now is another program's.

        PostgreSQL clears a mark whose process is gone, but refuses to start while any process of
        its account has that number, which a container's small numbers make likely.
        """
        if not self.is_there():
            (self.data / "postmaster.pid").unlink(missing_ok=True)
