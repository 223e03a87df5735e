"""Named crash points: a fault test says where a process dies, as hard as a power cut."""

import os
import signal


def point(name: str) -> None:
    """Die here with SIGKILL when the environment's NIB_CRASH names this point."""
    if os.environ.get("NIB_CRASH") == name:
        os.kill(os.getpid(), signal.SIGKILL)
