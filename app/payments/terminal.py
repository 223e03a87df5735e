"""The gateway of this installation: the card terminal at TERMINAL_URL."""

from flask import current_app

from app.core.settings import Settings
from app.payments.gateway import Gateway
from app.payments.http_terminal import HttpTerminal

# Below the lease of a job (30 s), so that nobody else takes it up while we wait.
READ_TIMEOUT_S = 20.0


def gateway() -> Gateway:
    """The gateway that card payments go to."""
    settings: Settings = current_app.extensions["settings"]
    return HttpTerminal(settings.terminal_url, read_timeout=READ_TIMEOUT_S)
