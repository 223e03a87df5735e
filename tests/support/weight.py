"""What processes weigh, as the kernel counts it."""

import re
from contextlib import suppress
from pathlib import Path

PARENT, GROUP = 1, 2  # in /proc/<pid>/stat, counted after the name in brackets

_RESIDENT = re.compile(r"^Rss:\s+(\d+) kB", re.MULTILINE)
_SHARED_OUT = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


def group(leader: int) -> list[int]:
    """The processes of the group that `leader` leads."""
    return _where(GROUP, leader)


def offspring(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have."""
    children = _where(PARENT, pid)
    return [*children, *(one for child in children for one in offspring(child))]


def resident_mib(leader: int) -> float:
    """What a group's processes hold in memory, shared pages counted in each (MiB)."""
    return sum(_kib(pid, _RESIDENT) for pid in group(leader)) / 1024


def shared_out_mib(pid: int) -> float:
    """What a process holds, each shared page divided among those that share it (PSS, MiB)."""
    return _kib(pid, _SHARED_OUT) / 1024


def _where(field: int, value: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # ended meanwhile
            stat = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(stat[field]) == value:
                found.append(int(entry.name))
    return sorted(found)


def _kib(pid: int, what: "re.Pattern[str]") -> int:
    try:
        found = what.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
    except OSError:
        return 0  # ended meanwhile
    return int(found[1]) if found else 0
