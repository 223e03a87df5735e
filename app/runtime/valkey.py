"""The embedded Valkey: the Redis protocol on a unix socket."""

import socket
import time
from dataclasses import dataclass
from pathlib import Path

from app.runtime.account import Account
from app.runtime.errors import SetupError
from app.runtime.pidfile import holds, read_pid

START_SECONDS = 20


@dataclass(frozen=True)
class Valkey:
    """One server. `data` holds its journal, `socket_path` is where it listens."""

    program: Path
    data: Path
    socket_path: Path
    account: Account
    durable: bool

    def start(self) -> None:
        """Start the server if it does not answer."""
        if self.answers():
            return
        if not self.is_there():
            self.socket_path.unlink(missing_ok=True)
            self.account.run(self._command())
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if time.monotonic() > deadline:
                raise SetupError(f"The embedded Valkey does not start; see {self.data}/valkey.log.")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop the server after it has written what it holds."""
        self._ask(b"SHUTDOWN\r\n")
        deadline = time.monotonic() + 5
        while self.is_there() and time.monotonic() < deadline:
            time.sleep(0.02)

    def answers(self) -> bool:
        """Whether the server takes commands."""
        return self._ask(b"PING\r\n").startswith(b"+PONG")

    def is_there(self) -> bool:
        """Whether a server has this data open, even if it hangs: a second would spoil the data."""
        pid = read_pid(self.data / "pid")
        return pid is not None and holds(pid, self.data)

    def _ask(self, command: bytes) -> bytes:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(2)
                connection.connect(str(self.socket_path))
                connection.sendall(command)
                return connection.recv(64)
        except OSError:
            return b""

    def _command(self) -> list[str | Path]:
        return [
            self.program,
            *("--port", "0", "--unixsocket", self.socket_path, "--unixsocketperm", "700"),
            *("--dir", self.data, "--pidfile", self.data / "pid"),
            *("--logfile", self.data / "valkey.log", "--daemonize", "yes"),
            # Redis only carries; the journal saves a restart the work of sending all again.
            *("--save", "", "--appendonly", "yes" if self.durable else "no"),
            *("--maxmemory-policy", "noeviction"),
        ]
