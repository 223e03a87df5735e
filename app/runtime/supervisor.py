"""Keeps the processes of `make run` alive, and leaves none behind.

A dead child comes back with back-off. Each child has a process group of its own, ended whole. When
the supervisor itself is killed with -9, the kernel ends the children (see parent_death).
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from app.runtime.forked import Forked, load, signal_group
from app.runtime.parent_death import die_with_parent
from app.runtime.saying import say

TICK_SECONDS = 0.1
FIRST_DELAY, LONGEST_DELAY = 0.5, 10.0
# A child that has lived this long was well: its next death starts the back-off anew.
WELL_AFTER_SECONDS = 30.0
STOP_SECONDS = 2.0
LONGEST_LOG = 10_000_000


@dataclass(frozen=True)
class Child:
    """A process to keep alive, first started after `wait` s. Lower `stop_order` stops earlier.

    `forks` where it may share what the supervisor has loaded.
    """

    name: str
    command: Sequence[str]
    stop_order: int = 0
    wait: float = 0.0
    forks: bool = False


@dataclass
class _Running:
    child: Child
    process: "subprocess.Popen[bytes] | Forked | None" = None
    started: float = 0.0
    delay: float = FIRST_DELAY
    due: float = 0.0


class Supervisor:
    """Starts `children` with `environment`; `logs` is a folder, or None for the terminal.

    Each of `on_tick` is called in each round, about every 0.1 s. Children that fork share the
    modules `shared`; without any, each child loads its own.
    """

    def __init__(
        self,
        children: Sequence[Child],
        environment: Mapping[str, str],
        *,
        logs: Path | None = None,
        on_tick: Sequence[Callable[[], None]] = (),
        shared: Sequence[str] = (),
    ) -> None:
        self._all = [_Running(child) for child in children]
        self._environment = dict(environment)
        self._logs = logs
        self._on_tick = on_tick
        self._shared = shared
        self._stopping = False

    def run(self) -> None:
        """Keep the children alive until SIGINT, SIGTERM or SIGHUP, then stop them in order."""
        self._listen()
        for running in self._all:
            running.due = time.monotonic() + running.child.wait
        try:
            self._load()
            while not self._stopping:
                for running in self._all:
                    self._look_after(running)
                for act in self._on_tick:
                    act()
                time.sleep(TICK_SECONDS)
        finally:
            self._stop_all()

    def _load(self) -> None:
        """Load what is shared while the children that load their own are loading it, too."""
        if self._shared:
            for running in self._all:
                if not running.child.forks:
                    self._look_after(running)
            os.environ.update(self._environment)
            load(self._shared)

    def _listen(self) -> None:
        signal.signal(signal.SIGINT, self._note_stop)
        signal.signal(signal.SIGTERM, self._note_stop)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup asks to be spared
            signal.signal(signal.SIGHUP, self._note_stop)

    def _note_stop(self, *_: object) -> None:
        self._stopping = True

    def _look_after(self, running: _Running) -> None:
        now = time.monotonic()
        if running.process is None:
            if now >= running.due:
                self._start(running)
        elif (code := running.process.poll()) is not None:
            self._bury(running, code, now)

    def _start(self, running: _Running) -> None:
        log = self._log(running.child)
        if running.child.forks and self._shared:
            running.process = Forked(
                running.child.name,
                running.child.command,
                self._environment,
                Path(log.name) if log else None,
            )
        else:
            running.process = self._open(running.child, log)
        running.started = time.monotonic()
        if log is not None:
            log.close()

    def _open(self, child: Child, log: IO[bytes] | None) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            child.command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            # The supervisor has one thread, so that code between fork and exec is safe.
            preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509
        )

    def _bury(self, running: _Running, code: int, now: float) -> None:
        """Note a death, end what the dead has left behind and say when it comes back."""
        if now - running.started > WELL_AFTER_SECONDS:
            running.delay = FIRST_DELAY
        _signal_group(running, signal.SIGKILL)
        running.process, running.due = None, now + running.delay
        say(f"{running.child.name} ended ({_reason(code)}); back in {running.delay:g} s.")
        self._show_end_of_log(running.child)
        running.delay = min(running.delay * 2, LONGEST_DELAY)

    def _stop_all(self) -> None:
        for order in sorted({running.child.stop_order for running in self._all}):
            _stop([running for running in self._all if running.child.stop_order == order])

    def _log(self, child: Child) -> IO[bytes] | None:
        if self._logs is None:
            return None
        path = self._log_path(self._logs, child)
        try:
            self._logs.mkdir(parents=True, exist_ok=True)
            if path.exists() and path.stat().st_size > LONGEST_LOG:
                path.replace(path.with_suffix(".log.1"))
            return path.open("ab")
        except OSError as error:
            say(f"{child.name} runs without a log: {path} cannot be written ({error.strerror}).")
            return Path(os.devnull).open("ab")

    def _show_end_of_log(self, child: Child) -> None:
        if self._logs is None:
            return
        path = self._log_path(self._logs, child)
        lines = path.read_text(errors="replace").splitlines() if path.exists() else []
        for line in [line for line in lines if line.strip()][-3:]:
            say(f"  {line}")

    @staticmethod
    def _log_path(logs: Path, child: Child) -> Path:
        return logs / f"{child.name}.log"


def _stop(group: Sequence[_Running]) -> None:
    """Ask all of them to end, wait, and end those that do not."""
    for running in group:
        _signal_group(running, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for running in group:
        if running.process is None:
            continue
        with suppress(subprocess.TimeoutExpired):
            running.process.wait(max(0.0, deadline - time.monotonic()))
        _signal_group(running, signal.SIGKILL)
        running.process.wait()


def _signal_group(running: _Running, number: signal.Signals) -> None:
    if running.process is not None:
        signal_group(running.process.pid, number)


def _reason(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"code {code}"
