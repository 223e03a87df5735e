"""`python -m app.runtime COMMAND`: what the Makefile calls.

run, dev            every process, under a supervisor
migrate             bring the tables to this version
psql                one statement from the variable SQL, or an interactive psql, as superuser
with PROGRAM …      run a program of the project beside the servers
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from app.core.settings import PROJECT, Settings, SettingsError, load_settings
from app.runtime import exposure, open_files, pdf
from app.runtime.announce import Announcement
from app.runtime.binaries import postgres_tools
from app.runtime.children import SHARED, children
from app.runtime.errors import SetupError
from app.runtime.ports import check_ports
from app.runtime.prepare import make_ready, make_roles, migrate, running_services
from app.runtime.supervisor import Supervisor

WRONG_SETTINGS = 2


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit code. Every expected failure is one sentence."""
    command = COMMANDS.get(arguments[0]) if arguments else None
    if command is None:
        print(__doc__, file=sys.stderr)
        return WRONG_SETTINGS
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return command(load_settings(os.environ), arguments[1:])
    except (SettingsError, SetupError) as error:
        print(error, file=sys.stderr)
    except PermissionError as error:
        print(f"{error.filename} cannot be written by this user; set DATA_DIR.", file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
    return WRONG_SETTINGS


def run(settings: Settings, _: Sequence[str]) -> int:
    """Every process, until it is stopped."""
    return _serve(settings, reload=False)


def dev(settings: Settings, _: Sequence[str]) -> int:
    """The same with reload, logs in the terminal."""
    return _serve(settings, reload=True)


def migrate_only(settings: Settings, _: Sequence[str]) -> int:
    """Roles and tables."""
    with running_services(settings) as running:
        make_roles(settings)
        migrate(settings, running.environment)
    return 0


def psql(settings: Settings, _: Sequence[str]) -> int:
    """Superuser's psql on the running database, or the owner's where no superuser is known."""
    url = settings.database_admin_url or settings.database_owner_url or settings.database_url
    database = str(conninfo_to_dict(settings.database_url).get("dbname") or "nibblix")
    statement = os.environ.get("SQL", "")
    command = [
        str(postgres_tools() / "psql"),
        *("--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--pset", "pager=off"),
        *(["--command", statement] if statement else []),
        make_conninfo(url, dbname=database),
    ]
    with running_services(settings):
        make_roles(settings)
        return subprocess.run(command, check=False).returncode


def with_services(settings: Settings, arguments: Sequence[str]) -> int:
    """A program of the project, with every address in its environment."""
    program = [sys.executable, *arguments]
    with running_services(settings) as running:
        return subprocess.run(program, cwd=PROJECT, env=running.environment, check=False).returncode


def _serve(settings: Settings, *, reload: bool) -> int:
    check_ports(settings)
    pdf.report()
    open_files.report()
    exposure.report(settings)
    with running_services(settings) as running:
        make_roles(settings)
        sign_ins = make_ready(settings, running)
        Supervisor(
            children(settings, reload=reload),
            running.serving,
            logs=None if reload else settings.data_dir / "logs",
            on_tick=[running.revive, Announcement(settings, sign_ins).tick],
            # With reload each child loads the code as it is now.
            shared=() if reload else SHARED,
        ).run()
        print("All processes have stopped; what was entered is kept.", flush=True)
    return 0


def _interrupt(*_: object) -> None:
    """Leave as after Ctrl-C, through every `finally`."""
    raise KeyboardInterrupt


COMMANDS: dict[str, Callable[[Settings, Sequence[str]], int]] = {
    "run": run,
    "dev": dev,
    "migrate": migrate_only,
    "psql": psql,
    "with": with_services,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
