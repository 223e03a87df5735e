"""Where the embedded servers of a data folder are, whether or not they run."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

DATABASE_NAME = "nibblix"
# sun_path holds 108 bytes with its final zero; PostgreSQL's socket has the longest name of ours.
LONGEST_SOCKET_PATH = 106
POSTGRES_SOCKET = ".s.PGSQL.5432"


@dataclass(frozen=True, kw_only=True)
class EmbeddedUrls:
    """Where the embedded services of one data folder are reached."""

    admin_url: str
    owner_url: str
    app_url: str
    redis_url: str


def embedded_urls(data_dir: Path) -> EmbeddedUrls:
    """The addresses that follow from a data folder, whether or not the services run."""
    folder = socket_folder(data_dir)
    host = quote(str(folder))
    return EmbeddedUrls(
        admin_url=f"postgresql://postgres@/postgres?host={host}",
        owner_url=f"postgresql://nib_owner@/{DATABASE_NAME}?host={host}",
        app_url=f"postgresql://nib_app@/{DATABASE_NAME}?host={host}",
        redis_url=f"unix://{folder / 'valkey.sock'}",
    )


def socket_folder(data_dir: Path) -> Path:
    """The folder of the sockets: inside the data folder, or a short one when that is too long."""
    inside = data_dir / "run"
    if len(os.fsencode(inside / POSTGRES_SOCKET)) <= LONGEST_SOCKET_PATH:
        return inside
    return Path(tempfile.gettempdir()) / f"nibblix-{_digest(data_dir)}"


def default_data_dir(project: Path) -> Path:
    """`var/` in the project, unless root stands where the servers' account cannot follow."""
    if os.geteuid() != 0 or all(_lets_others_in(path) for path in (project, *project.parents)):
        return project / "var"
    return Path("/var/lib") / f"nibblix-{_digest(project)}"


def _lets_others_in(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o001)


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
