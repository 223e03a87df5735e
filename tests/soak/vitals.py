"""How much memory and how many open files each role has."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.live import Live

MORE_MEMORY_MIB = 64
MORE_FILES = 40


@dataclass(frozen=True)
class Vitals:
    """One role with all its children: resident memory in MiB, open files."""

    memory_mib: float
    files: int


def take(live: Live) -> dict[str, Vitals]:
    """The vitals of every role that runs."""
    return {role: _of_group(live.pid(role)) for role in live.roles if live.is_running(role)}


def growth(before: dict[str, Vitals], after: dict[str, Vitals]) -> list[str]:
    """Roles that hold far more than they did, as sentences."""
    wrong = []
    for role, then in before.items():
        now = after.get(role)
        if now is None:
            wrong.append(f"{role} does not run at the end.")
        elif now.memory_mib > then.memory_mib + MORE_MEMORY_MIB:
            wrong.append(f"{role} grew from {then.memory_mib:.0f} to {now.memory_mib:.0f} MiB.")
        elif now.files > then.files + MORE_FILES:
            wrong.append(f"{role} had {then.files} open files and has {now.files}.")
    return wrong


def _of_group(leader: int) -> Vitals:
    memory, files = 0.0, 0
    for pid in (int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()):
        with suppress(OSError):
            if os.getpgid(pid) == leader:
                memory += _resident_mib(pid)
                files += sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    return Vitals(memory, files)


def _resident_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
