"""What the product's processes use of the machine, the servers beneath them included (Linux)."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.runtime.pidfile import read_pid
from bench.scene import Scene

_TICKS_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Used:
    """Seconds of CPU since each process began, at a moment of time.monotonic."""

    cpu_s: float
    at: float

    def percent_since(self, before: "Used") -> float:
        """Of all cores together, 100 where every core was busy all the time."""
        cores = os.cpu_count() or 1
        return (self.cpu_s - before.cpu_s) / (self.at - before.at) / cores * 100


def used(scene: Scene) -> Used:
    """All that has been used until now, by children that have ended too."""
    ticks = sum(sum(map(int, _stat(pid)[11:15])) for pid in _processes(scene))
    return Used(ticks / _TICKS_S, time.monotonic())


def pss_mb(scene: Scene) -> float:
    """Memory in MB of 2^20; what processes share is counted once."""
    return sum(_pss_kb(pid) for pid in _processes(scene)) / 1024


def _processes(scene: Scene) -> list[int]:
    """The roles and the servers, with everything that they have started."""
    roots = {*scene.live.pids.values(), *_servers(scene.own.folder)}
    found = set(roots)
    children = {pid: int(_stat(pid)[1]) for pid in _all()}
    while more := {pid for pid, parent in children.items() if parent in found} - found:
        found |= more
    return sorted(found)


def _servers(folder: Path) -> Iterator[int]:
    for file in (*folder.rglob("postmaster.pid"), *folder.rglob("pid")):
        pid = read_pid(file)
        if pid is not None:
            yield pid


def _all() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _stat(pid: int) -> list[str]:
    """The fields behind the name, from the state on (man 5 proc); zeros where it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["0"] * 50


def _pss_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
