"""A tenant's files, in a folder of its own under DATA_DIR. Rows say which there are (uploads)."""

import errno
import os
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import structlog
from flask import current_app

from app.core import clock
from app.core.errors import NoRoom, NotFound
from app.core.tenant import current_tenant_id

# A file that no row names is left over once its transaction must have ended.
STRAY_AFTER = timedelta(hours=1)

_NAME = re.compile(r"[a-z0-9-]{1,80}\.[a-z0-9]{1,8}")
_FULL = (errno.ENOSPC, errno.EDQUOT)

log = structlog.get_logger()


def random_name() -> str:
    """A name that nobody guesses and that says nothing of what it names."""
    return secrets.token_hex(16)


def folder_of(tenant_id: UUID) -> Path:
    """The one builder of places for files: the tenant comes first."""
    data_dir: Path = current_app.extensions["settings"].data_dir
    return data_dir / "files" / str(tenant_id)


def read(name: str) -> bytes:
    """A file of the tenant in scope; raises NotFound where there is none of this name."""
    try:
        if _NAME.fullmatch(name):
            return (folder_of(current_tenant_id()) / name).read_bytes()
    except FileNotFoundError:
        pass
    raise NotFound("not_found", "There is nothing at this address.")


def write(bodies: Mapping[str, bytes]) -> None:
    """Keep files of the tenant in scope by name: all of them whole, or none.

    Raises NoRoom when the disk is full.
    """
    folder = folder_of(current_tenant_id())
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, body in bodies.items():
            _write(folder / name, body)
    except BaseException as error:
        remove(bodies)
        if isinstance(error, OSError) and error.errno in _FULL:
            log.warning("files.full", error=os.strerror(error.errno))
            raise NoRoom("disk_full", "The disk is full: nothing more can be kept.") from None
        raise


def remove(names: Mapping[str, object] | list[str]) -> None:
    """Throw files of the tenant in scope away. What cannot be removed is left to `sweep`."""
    folder = folder_of(current_tenant_id())
    for name in names:
        for path in (folder / name, _unfinished(folder / name)):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                log.warning("files.not_removed", error=type(error).__name__)


def sweep(known: set[str]) -> int:
    """Remove the files of the tenant in scope that no row names; how many there were.

    A process that was killed between a file and its row leaves them behind.
    """
    folder = folder_of(current_tenant_id())
    before = (clock.now() - STRAY_AFTER).timestamp()
    strays = [
        entry
        for entry in (folder.iterdir() if folder.is_dir() else ())
        if entry.name not in known and entry.lstat().st_mtime < before
    ]
    for entry in strays:
        entry.unlink(missing_ok=True)
    return len(strays)


def _write(path: Path, body: bytes) -> None:
    """Under another name first, then at once: nobody ever reads half a file."""
    unfinished = _unfinished(path)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def _unfinished(path: Path) -> Path:
    return path.with_name(f".{path.name}")
