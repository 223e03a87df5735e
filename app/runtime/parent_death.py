"""End with one's parent, even where the parent is killed with -9."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
# Loaded at import: between fork and exec nothing may be looked up.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(parent: int, how: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel to send `how` to this process when its parent, process `parent`, ends.

    Does nothing where the kernel has no such call.
    """
    if _LIBC is None:
        return
    _LIBC.prctl(PR_SET_PDEATHSIG, int(how))
    if os.getppid() != parent:  # it was gone before the kernel was asked
        os.kill(os.getpid(), how)
