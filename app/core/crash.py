"""Named crash points: a fault test says where a process dies, as hard as a power cut."""

import os
import signal
from pathlib import Path

FOLDER = "NIB_CRASH"


def point(name: str) -> None:
    """Die here with SIGKILL when the folder that NIB_CRASH names holds a file of this name.

    The file goes first: it strikes once, whoever gets here first, and not again after a restart.
    """
    folder = os.environ.get(FOLDER)
    if folder and _take(Path(folder, name)):
        os.kill(os.getpid(), signal.SIGKILL)


def _take(mark: Path) -> bool:
    try:
        mark.unlink()
    except FileNotFoundError:
        return False
    return True
