"""A program of the project in a fork of this process, which has loaded what the program needs.

Six processes that load the application each for itself hold it in memory six times; forks share
it. They do just what their commands say, and look like subprocess.Popen from outside.
"""

import gc
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from multiprocessing.context import BaseContext
from pathlib import Path

from app.runtime.parent_death import die_with_parent

MANY_FILES = 65_536
MOMENT_S = 0.001
_FORK = multiprocessing.get_context("fork")


def load(modules: Sequence[str]) -> None:
    """Import what forks are to share. Only a process with one thread may fork afterwards."""
    for module in modules:
        import_module(module)
    gc.collect()
    gc.freeze()  # or each collection would write to, and so copy, what is shared


class Forked:
    """`python …` without its start: a command whose first part is this interpreter.

    What it says is added to `log`. It comes from this process, or from the one of `context`.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path | None,
        context: BaseContext = _FORK,
    ) -> None:
        parent = os.getpid() if context is _FORK else None
        arguments = (name, list(command[1:]), dict(environment), log, parent)
        self._process = context.Process(target=_become, args=arguments)  # type: ignore[attr-defined]
        self._process.start()
        self.pid: int = self._process.pid
        with suppress(ProcessLookupError):  # it has ended already
            while os.getpgid(self.pid) != self.pid:  # or its group could not be signalled
                time.sleep(MOMENT_S)

    def poll(self) -> int | None:
        """The exit code (negative: the signal), or None while it runs."""
        code: int | None = self._process.exitcode
        return code

    def wait(self, timeout: float | None = None) -> int:
        """Wait up to `timeout` s; raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
        return code


def signal_group(leader: int, number: signal.Signals) -> None:
    """Signal a process and all that it has started; who is gone hears nothing."""
    with suppress(ProcessLookupError):
        os.killpg(leader, number)


def _become(
    name: str,
    arguments: list[str],
    environment: dict[str, str],
    log: Path | None,
    parent: int | None,
) -> None:
    """Be as if started anew: group, signals, files, environment, arguments."""
    os.setsid()
    die_with_parent(os.getppid() if parent is None else parent)
    with suppress(OSError):  # a name for `ps -e`, where the kernel has such a file
        Path("/proc/self/comm").write_text(name)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    if log is not None:
        with log.open("ab") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
    os.closerange(3, MANY_FILES)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    os.environ.clear()
    os.environ.update(environment)
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = arguments
        runpy.run_path(arguments[0], run_name="__main__")
