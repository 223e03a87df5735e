"""Children that share what the supervisor has loaded are processes like others all the same."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.settings import PROJECT
from tests.support.live import eventually

SUPERVISOR = """
import os, pathlib, sys
from app.runtime.supervisor import Child, Supervisor
command = [sys.executable, *sys.argv[2:]]
Supervisor(
    [Child("sharer", command, forks=True)],
    {**os.environ, "TOLD": "by the supervisor"},
    logs=pathlib.Path(sys.argv[1]),
    shared=["colorsys"],
).run()
print("stopped once", flush=True)
"""
SHARER = """
import os, signal, sys
loaded = "colorsys" in sys.modules
print(os.getpid(), os.getpgrp() == os.getpid(), loaded, os.environ["TOLD"], sys.argv[1:])
signal.pause()
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    (tmp_path / "sharer.py").write_text(SHARER)
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, tmp_path, tmp_path / "sharer.py", "a", "b"],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def lines(folder: Path, count: int) -> list[list[str]]:
    """What each start of the child has said, once there were `count` of them."""
    log = folder / "sharer.log"

    def said() -> list[str]:
        found = log.read_text().splitlines() if log.exists() else []
        return found if len(found) >= count else []

    return [line.split(maxsplit=3) for line in eventually(said, f"{count} starts")]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.usefixtures("supervisor")
def test_it_is_told_what_its_command_says_and_finds_what_is_shared(tmp_path: Path) -> None:
    [[_pid, *said]] = lines(tmp_path, 1)

    assert said == ["True", "True", "by the supervisor ['a', 'b']"]


@pytest.mark.usefixtures("supervisor")
def test_a_dead_one_comes_back(tmp_path: Path) -> None:
    [[first, *_]] = lines(tmp_path, 1)
    os.kill(int(first), signal.SIGKILL)

    _, [second, *_] = lines(tmp_path, 2)

    assert second != first


def test_it_ends_with_its_supervisor(tmp_path: Path, supervisor: "subprocess.Popen[str]") -> None:
    [[pid, *_]] = lines(tmp_path, 1)
    began = time.monotonic()
    supervisor.send_signal(signal.SIGTERM)
    output, _ = supervisor.communicate(timeout=10)

    assert not is_alive(int(pid))
    assert output == "stopped once\n"
    assert time.monotonic() - began < 2


def test_it_ends_with_a_supervisor_that_is_killed(
    tmp_path: Path, supervisor: "subprocess.Popen[str]"
) -> None:
    [[pid, *_]] = lines(tmp_path, 1)
    supervisor.kill()

    eventually(lambda: not is_alive(int(pid)), "the child ends")
