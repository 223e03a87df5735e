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
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO

from app.runtime.parent_death import die_with_parent

MANY_FILES = 65_536
_FORK = multiprocessing.get_context("fork")


def load(modules: Sequence[str]) -> None:
    """Import what forks are to share. Only a process with one thread may fork afterwards."""
    for module in modules:
        import_module(module)
    gc.collect()
    gc.freeze()  # or each collection would write to, and so copy, what is shared


class Forked:
    """`python …` without its start: a command whose first part is this interpreter."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: IO[bytes] | None,
    ) -> None:
        output = log.fileno() if log else None
        arguments = (name, list(command[1:]), dict(environment), output, os.getpid())
        self._process = _FORK.Process(target=_become, args=arguments)
        self._process.start()
        self.pid: int = self._process.pid or 0

    def poll(self) -> int | None:
        """The exit code (negative: the signal), or None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait up to `timeout` s; raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
        return self._process.exitcode


def _become(
    name: str,
    arguments: list[str],
    environment: dict[str, str],
    output: int | None,
    parent: int,
) -> None:
    """Be as if started anew: group, signals, files, environment, arguments."""
    os.setsid()
    die_with_parent(parent)
    with suppress(OSError):  # a name for `ps -e`, where the kernel has such a file
        Path("/proc/self/comm").write_text(name)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    if output is not None:
        os.dup2(output, 1)
        os.dup2(output, 2)
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
