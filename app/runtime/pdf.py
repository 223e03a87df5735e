"""The system libraries that PDF needs. All else works without them."""

import ctypes
import sys

from app.runtime import debian

PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")


def is_available() -> bool:
    """Whether the libraries load."""
    try:
        for library in LIBRARIES if sys.platform == "linux" else ():
            ctypes.CDLL(library)
    except OSError:
        return False
    return True


def ensure() -> bool:
    """Install the libraries where they are missing and that is possible."""
    return is_available() or (debian.can_install() and debian.install(*PACKAGES) and is_available())


def report() -> None:
    """Say in one line that PDF is off, if it is."""
    if not ensure():
        print(
            f"PDF is off until these are installed: apt-get install {' '.join(PACKAGES)}",
            flush=True,
        )


def main() -> int:
    """For `make test`, which prints real PDF files: refuse in one sentence where it cannot."""
    if ensure():
        return 0
    print(f"The tests need: apt-get install {' '.join(PACKAGES)}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
