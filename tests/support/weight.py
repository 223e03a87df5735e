"""What processes weigh, as the kernel counts it."""

import re
from contextlib import suppress
from pathlib import Path

_RESIDENT = re.compile(r"^Rss:\s+(\d+) kB", re.MULTILINE)
_SHARED_OUT = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


def group(leader: int) -> list[int]:
    """The processes of the group that `leader` leads, itself first."""
    members = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            # After the name in brackets: state, parent, group.
            stat = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(stat[2]) == leader:
                members.append(int(entry.name))
    return sorted(members, key=lambda pid: (pid != leader, pid))


def resident_mib(leader: int) -> float:
    """What a group's processes hold in memory, shared pages counted in each (MiB)."""
    return sum(_kib(pid, _RESIDENT) for pid in group(leader)) / 1024


def shared_out_mib(leader: int) -> float:
    """The same with each shared page divided among those that share it (PSS, MiB)."""
    return sum(_kib(pid, _SHARED_OUT) for pid in group(leader)) / 1024


def _kib(pid: int, what: "re.Pattern[str]") -> int:
    try:
        found = what.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
    except OSError:
        return 0  # ended meanwhile
    return int(found[1]) if found else 0
