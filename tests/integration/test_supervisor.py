"""The supervisor with small stand-ins for its children: real processes, ports and signals."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.core.settings import PROJECT
from tests.support.servers import ENCRYPTION_KEY

# Two listeners, one of which has a child of its own that shares its port, as gunicorn's does.
SUPERVISOR = """
import os, pathlib, sys
from app.runtime.supervisor import Child, Supervisor
listener = '''
import os, pathlib, signal, socket, sys
from app.runtime.parent_death import die_with_parent
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
if len(sys.argv) > 3:
    master = os.getpid()
    if os.fork() == 0:
        die_with_parent(master)
        while True:
            signal.pause()
stop = lambda *_: sys.exit(print(sys.argv[1], file=open(sys.argv[2] + "/stopped", "a")))
signal.signal(signal.SIGTERM, stop)
pathlib.Path(sys.argv[2], sys.argv[1] + ".tmp").write_text(str(os.getpid()))
pathlib.Path(sys.argv[2], sys.argv[1] + ".tmp").rename(pathlib.Path(sys.argv[2], sys.argv[1]))
while True:
    signal.pause()
'''
first, second, folder = sys.argv[1:]
Supervisor(
    [
        Child("first", [sys.executable, "-c", listener, first, folder, "with-worker"], 1),
        Child("second", [sys.executable, "-c", listener, second, folder], 0),
        Child("hopeless", [sys.executable, "-c", "raise SystemExit('it cannot')"], 0),
    ],
    os.environ,
    logs=pathlib.Path(folder, "logs"),
).run()
print("all stopped", flush=True)
"""


class Stage:
    """A running supervisor, the ports of its two children and the folder they write to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = free_ports(2)
        self.output = (folder / "output").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, *map(str, self.ports), str(folder)],
            cwd=PROJECT,
            stdout=self.output,
            stderr=subprocess.STDOUT,
        )

    def pid(self, port: int) -> int:
        path = self.folder / str(port)
        until(path.exists)
        return int(path.read_text())

    def said(self) -> str:
        return (self.folder / "output").read_text()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    for port in stage.ports:
        stage.pid(port)
    yield stage
    stage.process.kill()
    stage.process.wait()
    stage.output.close()
    until(lambda: all(is_free(port) for port in stage.ports))


def free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def three_free_ports() -> int:
    """The first of three neighbours, below the range that the system gives out by itself."""
    first = 20_000 + os.getpid() % 1_000 * 9
    while not all(is_free(first + offset) for offset in range(3)):
        first += 3
    return first


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def until(holds_true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds_true():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


def test_a_dead_child_comes_back(stage: Stage) -> None:
    port = stage.ports[0]
    dead = stage.pid(port)

    os.kill(dead, signal.SIGKILL)
    until(lambda: stage.pid(port) != dead)

    assert not is_free(port)
    assert "first ended (signal 9); back in 0.5 s." in stage.said()


def test_a_child_that_keeps_dying_is_given_more_and_more_time(stage: Stage) -> None:
    until(lambda: "hopeless ended (code 1); back in 2 s." in stage.said())

    assert "hopeless ended (code 1); back in 1 s." in stage.said()
    assert "it cannot" in stage.said()


def test_a_supervisor_killed_without_warning_leaves_nothing_on_the_ports(stage: Stage) -> None:
    stage.process.kill()
    stage.process.wait()

    until(lambda: all(is_free(port) for port in stage.ports), seconds=5)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_all_in_order(stage: Stage, number: signal.Signals) -> None:
    stage.process.send_signal(number)

    assert stage.process.wait(10) == 0
    first, second = stage.ports
    assert (stage.folder / "stopped").read_text().split() == [str(second), str(first)]
    assert stage.said().endswith("all stopped\n")
    assert is_free(first)
    assert is_free(second)


def test_a_child_that_will_not_stop_is_ended(stage: Stage) -> None:
    stubborn = stage.pid(stage.ports[0])
    os.kill(stubborn, signal.SIGSTOP)

    stage.process.send_signal(signal.SIGTERM)

    assert stage.process.wait(10) == 0
    assert is_free(stage.ports[0])


@pytest.mark.parametrize("offset", [0, 1, 2])
def test_a_taken_port_is_named_in_one_sentence(offset: int, tmp_path: Path) -> None:
    port = three_free_ports()

    with socket.create_server(("127.0.0.1", port + offset)):
        done = run_product({"PORT": str(port), "DATA_DIR": str(tmp_path)})

    assert done.returncode == 2
    assert done.stderr == (
        f"Port {port + offset} is taken by another program; set PORT to move Nibblix elsewhere.\n"
    )


def test_wrong_settings_are_named_in_one_sentence_each(tmp_path: Path) -> None:
    done = run_product({"PORT": "x", "LOG_LEVEL": "LOUD", "DATA_DIR": str(tmp_path)})

    assert done.returncode == 2
    assert [line.split()[0] for line in done.stderr.splitlines()] == ["PORT", "LOG_LEVEL"]


def test_a_database_that_is_not_there_is_named_in_one_sentence(tmp_path: Path) -> None:
    port = free_ports(1)[0]

    done = run_product(
        {
            "PORT": str(three_free_ports()),
            "DATA_DIR": str(tmp_path),
            "DATABASE_URL": f"postgresql://nib_app:pw@127.0.0.1:{port}/nibblix",
            "REDIS_URL": f"redis://127.0.0.1:{port}/0",
            "SECRET_KEY": "s" * 32,
            "ENCRYPTION_KEYS": ENCRYPTION_KEY,
        }
    )

    assert done.returncode == 2
    assert done.stderr.startswith("The database of DATABASE_URL cannot be reached: ")
    assert len(done.stderr.splitlines()) == 1
    assert "pw" not in done.stderr


def run_product(environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "app.runtime", "run"],
        cwd=PROJECT,
        env={"PATH": os.defpath, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
