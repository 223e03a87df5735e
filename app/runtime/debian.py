"""Debian's packages, installed where that is possible without asking."""

import os
import shutil
import subprocess
from pathlib import Path

MINUTES = 10


def can_install() -> bool:
    """Whether this is Debian (or of its family) and we are root."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(*packages: str) -> bool:
    """Install `packages` and say so. Returns whether it worked; never raises for a failure."""
    print(f"Installing {' '.join(packages)} …", flush=True)
    return _apt("install", *packages) or (_apt("update") and _apt("install", *packages))


def _apt(verb: str, *packages: str) -> bool:
    options = ["-qq", "-y", "--no-install-recommends"] if packages else ["-qq"]
    try:
        done = subprocess.run(
            ["apt-get", verb, *options, *packages],  # noqa: S607 (where PATH says)
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=MINUTES * 60,
            check=False,
            cwd=Path("/"),
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
