"""Whose process number stands in a file."""

import os
from pathlib import Path


def read_pid(path: Path) -> int | None:
    """The process number on the first line, or None where there is none."""
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def holds(pid: int, folder: Path) -> bool:
    """Whether process `pid` lives and works in `folder`, as both servers do in their data.

    Where the system does not tell (no /proc), a living process is believed to be the one.
    """
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == folder.resolve()
    except PermissionError:
        return False  # another account's process: the number has been used again
    except OSError:
        return not Path("/proc/self").exists() and _lives(pid)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
