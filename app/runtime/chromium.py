"""Finds the browser of the tests: `python -m app.runtime.chromium` prints its path."""

import contextlib
import os
import shutil
import sys

from app.runtime import debian

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """The path of a Chromium: the variable CHROMIUM first, then the usual names."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def ensure() -> str | None:
    """The same, installed first where it is missing and that is possible."""
    path = find()
    if path is None and not os.environ.get("CHROMIUM") and debian.can_install():
        with contextlib.redirect_stdout(sys.stderr):
            debian.install("chromium")
        path = find()
    return path


def main() -> int:
    """Print the path, or say in one sentence how to get a browser."""
    path = ensure()
    if path is None:
        print(
            "The tests need Chromium: install it (on Debian: apt-get install chromium) "
            "or set CHROMIUM to its path.",
            file=sys.stderr,
        )
        return 2
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
