"""The account that the embedded servers run as.

PostgreSQL refuses to run as root. Under root the servers run as `postgres` or `nobody`, one of
which every system has: nothing is added to the system.
"""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.runtime.errors import SetupError

# A bare environment: no locale or PG* variable of the person reaches the servers.
SERVER_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True)
class Account:
    """A user and group; `demoted` where it is not the one that this process has."""

    uid: int
    gid: int
    demoted: bool

    def run(self, command: Sequence[str | Path]) -> "subprocess.CompletedProcess[str]":
        """Run a server's tool as this account, in a session of its own that Ctrl-C spares."""
        as_whom: dict[str, Any] = {}
        if self.demoted:
            as_whom = {"user": self.uid, "group": self.gid, "extra_groups": []}
        return subprocess.run(
            [str(part) for part in command],
            env=SERVER_ENVIRONMENT,
            cwd="/",
            stdin=subprocess.DEVNULL,
            # A daemon keeps what it inherits: a pipe here would never end.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            check=False,
            text=True,
            **as_whom,
        )

    def own_folder(self, path: Path) -> Path:
        """Make `path` a folder of this account that nobody else may enter."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.is_symlink() or path.stat().st_uid not in {os.geteuid(), self.uid}:
            raise SetupError(f"{path} belongs to somebody else; remove it or set DATA_DIR.")
        if self.demoted:
            os.chown(path, self.uid, self.gid)
        path.chmod(0o700)
        return path

    def can_run(self, program: Path) -> bool:
        """Whether this account may read and run `program`, and the system can."""
        try:
            return self.run([program, "--version"]).returncode == 0
        except OSError:
            return False


def server_account(servers: Path) -> Account:
    """The account for the servers whose data lies, or will lie, in `servers`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), demoted=False)
    if servers.exists() and servers.stat().st_uid != 0:
        owner = servers.stat()  # made by an ordinary user, or by an earlier run as root
        return Account(owner.st_uid, owner.st_gid, demoted=True)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, demoted=True)
    raise SetupError("PostgreSQL does not run as root; run this as an ordinary user.")
