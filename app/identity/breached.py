"""Passwords that were stolen elsewhere: a sorted file of SHA-1 digests, searched where it lies.

The file is that of Have I Been Pwned ("ordered by hash"): a line is 40 hexadecimal digits, or fewer
of their beginning, and may go on with a colon and a count. It has gigabytes: it is never loaded.
"""

import hashlib
from io import BufferedReader
from pathlib import Path

SHORTEST_PREFIX = 10


def is_breached(password: str, path: str | None) -> bool:
    """Whether the list at `path` has the password; False where there is none.

    Raises OSError where the file cannot be read: a check that is wanted is never left out.
    """
    if path is None:
        return False
    # The list's format, not a protection: SHA-1 is what it is sorted by.
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with Path(path).open("rb") as file:
        return _has(file, digest, Path(path).stat().st_size)


def _has(file: BufferedReader, digest: bytes, end: int) -> bool:
    """Bisection by offsets: what begins at or before `low` is too small, at `high` too large."""
    low, high = 0, end
    while low < high:
        middle = (low + high) // 2
        line = _line_from(file, middle)
        if line and digest.startswith(line):
            return True
        if line and line < digest:
            low = file.tell()
        else:
            high = middle
    return False


def _line_from(file: BufferedReader, offset: int) -> bytes:
    """The digest of the first line that begins at `offset` or after it; empty at the end."""
    file.seek(max(offset - 1, 0))
    if offset:
        file.readline()
    digest = file.readline().partition(b":")[0].strip().upper()
    return digest if len(digest) >= SHORTEST_PREFIX else b""
