"""Whether the addresses are free, said before anything starts."""

import errno
import socket

from app.core.settings import Settings
from app.runtime.errors import SetupError


def check_ports(settings: Settings) -> None:
    """SetupError names the first address that is not free."""
    _check(settings.host, settings.port)
    _check(settings.host, settings.stream_port)
    _check("127.0.0.1", settings.terminal_port)


def _check(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As the servers do: a port whose last connections only linger is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SetupError(_sentence(error.errno, host, port)) from error


def _sentence(number: int | None, host: str, port: int) -> str:
    if number == errno.EADDRINUSE:
        return f"Port {port} is taken by another program; set PORT to move Nibblix elsewhere."
    if number == errno.EACCES:
        return f"Port {port} is for root alone; set PORT to 1024 or above."
    return f"HOST {host} is not an address of this machine."
