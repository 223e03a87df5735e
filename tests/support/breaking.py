"""Breaking the embedded servers: killed, frozen, made to forget."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from app.core.redis import connect
from app.runtime.pidfile import read_pid
from app.runtime.services import Services
from tests.support.live import eventually
from tests.support.servers import Addresses

CLIENTS_OF_THE_PRODUCT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'nib_app'
"""


class Servers:
    """PostgreSQL and Valkey of an installation of one's own."""

    def __init__(self, services: Services, addresses: Addresses) -> None:
        self._services = services
        self._addresses = addresses
        self._folder = services.data_dir / "services"

    def revive(self) -> None:
        """Start what does not run, as the supervisor does, and wait for it."""
        self._services.revive()

    def stop_postgres(self) -> None:
        """What `pg_ctl stop -m immediate` does: every backend dies where it stands."""
        self._end(self._postmaster(), signal.SIGQUIT)

    def terminate_backends(self) -> int:
        """End the product's connections from the server's side; returns how many."""
        with psycopg.connect(self._addresses.admin_url, autocommit=True) as admin:
            return len(admin.execute(CLIENTS_OF_THE_PRODUCT).fetchall())

    @contextmanager
    def frozen_postgres(self) -> Iterator[None]:
        """Stop the server and all its backends in their tracks for as long as the block runs."""
        postmaster = self._postmaster()
        os.kill(postmaster, signal.SIGSTOP)  # first: it would fork another backend
        pids = [postmaster, *_children(postmaster)]
        with _stopped(pids):
            yield

    def stop_redis(self) -> None:
        """Kill -9."""
        self._end(self._valkey(), signal.SIGKILL)

    def flush_redis(self) -> None:
        """Have Redis forget everything."""
        with connect(self._addresses.redis_url) as redis:
            redis.flushall()

    @contextmanager
    def frozen_redis(self) -> Iterator[None]:
        """Stop Redis in its tracks for as long as the block runs."""
        with _stopped([self._valkey()]):
            yield

    def _postmaster(self) -> int:
        return _running(self._folder / "postgres" / "postmaster.pid")

    def _valkey(self) -> int:
        return _running(self._folder / "valkey" / "pid")

    @staticmethod
    def _end(pid: int, number: signal.Signals) -> None:
        children = _children(pid)
        os.kill(pid, number)
        eventually(lambda: not any(map(_is_there, (pid, *children))), f"process {pid} ends")


def _running(file: Path) -> int:
    pid = read_pid(file)
    assert pid is not None, f"nothing runs by {file}"
    return pid


@contextmanager
def _stopped(pids: list[int]) -> Iterator[None]:
    try:
        for pid in pids:
            _signal(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in pids:
            _signal(pid, signal.SIGCONT)


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _children(parent: int) -> list[int]:
    return [pid for pid in _processes() if _stat(pid)[1] == str(parent)]


def _is_there(pid: int) -> bool:
    """Whether a process runs; a zombie has ended, whoever forgets to bury it."""
    return _stat(pid)[0] not in ("", "Z")


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]


def _stat(pid: int) -> tuple[str, str]:
    """State and parent of a process, empty where there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "", ""
    return fields[0], fields[1]
