"""The product as it runs: every process of `make run`, on this worker's database and ports."""

import multiprocessing
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeAlias, TypeVar

from app.core import crash
from app.core.settings import Settings, load_settings
from app.runtime.children import SHARED, children
from app.runtime.forked import Forked, signal_group
from app.runtime.parent_death import die_with_parent
from app.runtime.supervisor import Child
from tests.support import weight
from tests.support.servers import Addresses

START_S = 30.0
STOP_S = 5.0

Found = TypeVar("Found")
Process: TypeAlias = "subprocess.Popen[bytes] | Forked"

# As in `make run`, what forks has loaded the application before.
_LOADED = multiprocessing.get_context("forkserver")
_LOADED.set_forkserver_preload(["app.factory", *(name for name in SHARED if name != "wsgi")])


def eventually(ask: Callable[[], Found], what: str, *, within: float = 20.0) -> Found:
    """What `ask` answers once that is true; AssertionError with `what` where it stays false."""
    deadline = time.monotonic() + within
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"not within {within:g} s: {what}"
        time.sleep(0.05)
    return answer


class Live:
    """The processes by role: web, stream, relay, worker-<queue>, clock, terminal."""

    def __init__(self, addresses: Addresses, folder: Path) -> None:
        environment = addresses.environment | {
            "PORT": str(free_ports(3)),
            "DATA_DIR": str(folder),
            "LOG_LEVEL": "INFO",
        }
        self.settings: Settings = load_settings(environment)
        self._environment = dict(os.environ) | environment | {"PYTHONUNBUFFERED": "1"}
        self._children = {child.name: child for child in children(self.settings, reload=False)}
        self._processes: dict[str, Process] = {}
        self._logs = folder / "logs"
        self._logs.mkdir(parents=True)
        self._marks = folder / "crash"

    @property
    def url(self) -> str:
        """Where pages are, without a slash at the end."""
        return f"http://127.0.0.1:{self.settings.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What a command needs to find these processes."""
        return dict(self._environment)

    @property
    def stream_url(self) -> str:
        """Where sockets are."""
        return f"ws://127.0.0.1:{self.settings.stream_port}"

    @property
    def roles(self) -> list[str]:
        """Every role, in the order of start."""
        return list(self._children)

    @property
    def pids(self) -> dict[str, int]:
        """The process of each role that runs; its children share its session."""
        return {role: process.pid for role, process in self._processes.items()}

    def start(self, *roles: str, environment: Mapping[str, str] | None = None) -> None:
        """Start roles (all of them when none is named) and wait until they serve."""
        for role in roles or self.roles:
            self._start(role, environment or {})
        for role in roles or self.roles:
            if probe := self._probe(role):
                eventually(partial(self._answers, role, probe), f"{role} serves", within=START_S)

    def kill(self, role: str) -> None:
        """Kill -9 a role with all its children, as a power cut does."""
        process = self._processes.pop(role)
        signal_group(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self, role: str) -> None:
        """Ask a role to end, and wait until it has."""
        process = self._processes.pop(role)
        signal_group(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_S)
        signal_group(process.pid, signal.SIGKILL)
        process.wait()

    def wait_for_death(self, role: str) -> int:
        """Wait until a role ends by itself; returns its exit code (negative: the signal)."""
        process = self._processes[role]
        eventually(lambda: process.poll() is not None, f"{role} dies")
        del self._processes[role]
        return process.wait()

    def is_running(self, role: str) -> bool:
        """Whether a role's process lives."""
        return role in self._processes and self._processes[role].poll() is None

    def revive(self) -> list[str]:
        """Start again what has died, as the supervisor does; returns those roles."""
        dead = [role for role in list(self._processes) if not self.is_running(role)]
        for role in dead:
            signal_group(self._processes[role].pid, signal.SIGKILL)
            self._start(role, {})
        return dead

    @contextmanager
    def supervised(self) -> Iterator[None]:
        """Have the dead revived for as long as the block runs, half a second after they died."""
        over = threading.Event()

        def look_after() -> None:
            while not over.wait(0.5):
                self.revive()

        thread = threading.Thread(target=look_after)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def pid(self, role: str) -> int:
        """The process at the head of a role; its group has the same number."""
        return self._processes[role].pid

    def arm(self, role: str, point: str) -> None:
        """Have a role die, once, where it comes to a crash point."""
        self._mark(role, point).touch()

    def is_armed(self, role: str, point: str) -> bool:
        """Whether nobody has died there since."""
        return self._mark(role, point).exists()

    def disarm(self, role: str, point: str) -> None:
        """Have nobody die there any more."""
        self._mark(role, point).unlink(missing_ok=True)

    def log(self, role: str) -> str:
        """What a role has said so far."""
        return (self._logs / f"{role}.log").read_text(errors="replace")

    def close(self) -> None:
        """End every process."""
        for role in list(self._processes):
            self.kill(role)

    def _start(self, role: str, environment: Mapping[str, str]) -> None:
        assert not self.is_running(role), f"{role} runs already"
        marks = {crash.FOLDER: str(self._marks / role)}
        self._processes[role] = _run(
            self._children[role],
            self._environment | marks | dict(environment),
            self._logs / f"{role}.log",
        )

    def _mark(self, role: str, point: str) -> Path:
        folder = self._marks / role
        folder.mkdir(parents=True, exist_ok=True)
        return folder / point

    def _probe(self, role: str) -> str | None:
        return {
            "web": f"{self.url}/healthz",
            "stream": f"http://127.0.0.1:{self.settings.stream_port}/healthz",
            "terminal": f"http://127.0.0.1:{self.settings.terminal_port}/",
        }.get(role)

    def _answers(self, role: str, address: str) -> bool:
        assert self.is_running(role), f"{role} ended:\n{self.log(role)[-2000:]}"
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 (an address of our own)
                return role != "web" or self._is_complete()
        except urllib.error.HTTPError as error:
            return error.code < 500
        except OSError:
            return False

    def _is_complete(self) -> bool:
        """Whether all processes that answer pages are there."""
        return len(weight.group(self.pid("web"))) > self.settings.web_processes


def _run(child: Child, environment: Mapping[str, str], log: Path) -> Process:
    if child.forks:
        return Forked(child.name, child.command, environment, log, _LOADED)
    with log.open("ab") as output:
        return subprocess.Popen(
            child.command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 (as make run does)
        )


def free_ports(count: int) -> int:
    """The first of `count` free ports in a row."""
    for _ in range(50):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first = int(probe.getsockname()[1])
        if first + count < 65536 and all(_is_free(first + step) for step in range(count)):
            return first
    raise RuntimeError("no free ports in a row")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
