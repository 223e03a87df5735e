"""The processes of `make run`."""

import sys

from app.core.settings import Settings, bracketed
from app.runtime.supervisor import Child

# What the forks of the supervisor share.
SHARED = ("wsgi", "app.terminal.server", "app.core.jobs", "gunicorn.app.wsgiapp")
WORKERS = ("payments", "stock", "office")
STOP_SERVERS, STOP_WORKERS = 0, 1
# Loading the application keeps a core busy for a second: what people wait for loads first.
HEAD_START_SECONDS = 1.5


def children(settings: Settings, *, reload: bool) -> list[Child]:
    """Every process, in the order of start. With `reload`, pages follow changes of the code."""
    return [
        Child("web", _web(settings, reload=reload), STOP_SERVERS, forks=True),
        # gevent changes modules as they are loaded: this one loads its own.
        Child("stream", _stream(settings, reload=reload), STOP_SERVERS),
        Child("terminal", _terminal(settings), STOP_WORKERS, forks=True),
        *(
            Child(name, _worker(role), STOP_WORKERS, HEAD_START_SECONDS, forks=True)
            for name, role in _roles()
        ),
    ]


def _worker(role: list[str]) -> list[str]:
    return [sys.executable, "worker.py", *role]


def _roles() -> list[tuple[str, list[str]]]:
    workers = [(f"worker-{name}", ["--role", "worker", "--name", name]) for name in WORKERS]
    return [("relay", ["--role", "relay"]), *workers, ("clock", ["--role", "clock"])]


def _web(settings: Settings, *, reload: bool) -> list[str]:
    return [
        *_gunicorn("gunicorn_conf", settings.host, settings.port, reload=reload),
        *("--worker-class", "app.runtime.page_worker.PageWorker"),
        *("--workers", str(settings.web_processes), "--threads", "4"),
        # Loaded once and forked: a killed worker is back at once. Reload needs it loaded anew.
        *([] if reload else ["--preload"]),
        "wsgi:app",
    ]


def _stream(settings: Settings, *, reload: bool) -> list[str]:
    return [
        *_gunicorn("stream_conf", settings.host, settings.stream_port, reload=reload),
        *("--worker-class", "gevent", "--workers", "1"),
        "wsgi:stream_app",
    ]


def _gunicorn(configuration: str, host: str, port: int, *, reload: bool) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn"),
        *("--config", f"python:app.runtime.{configuration}"),
        *("--bind", f"{bracketed(host)}:{port}"),
        *(["--reload"] if reload else []),
    ]


def _terminal(settings: Settings) -> list[str]:
    return [
        *(sys.executable, "-m", "app.terminal"),
        # The simulated terminal has no sign-in: it stays on this machine whatever HOST is.
        *("--host", "127.0.0.1", "--port", str(settings.terminal_port)),
        *("--data-dir", str(settings.data_dir / "terminal")),
    ]
