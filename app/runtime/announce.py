"""Tells the person where the product is, once it answers."""

import http.client
import time

from app.core.settings import Settings, bracketed
from app.runtime.saying import say

POLL_SECONDS = 0.3
PATIENCE_SECONDS = 60

READY = """
Nibblix is ready: {base}/

{sign_ins}

Logs are in {logs}. Ctrl-C stops everything and loses nothing.
"""


class Announcement:
    """Asks /readyz now and then until it answers, then prints address and `sign_ins` once."""

    def __init__(self, settings: Settings, sign_ins: str) -> None:
        self._settings = settings
        self._sign_ins = sign_ins.strip()
        self._host = _reachable(settings.host)
        self._next = time.monotonic()
        self._patient_until = time.monotonic() + PATIENCE_SECONDS
        self._made = False

    def tick(self) -> None:
        """One look, if one is due."""
        now = time.monotonic()
        if self._made or now < self._next:
            return
        self._next = now + POLL_SECONDS
        if self._is_ready():
            base = f"http://{bracketed(self._host)}:{self._settings.port}"
            logs = self._settings.data_dir / "logs"
            # The seed knows paths; a whole address can be clicked in the terminal.
            sign_ins = self._sign_ins.replace(": /t/", f": {base}/t/")
            say(READY.format(base=base, sign_ins=sign_ins, logs=logs))
            self._made = True
        elif now > self._patient_until:
            say("Nibblix does not answer yet; its logs tell why.")
            self._patient_until = now + PATIENCE_SECONDS

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection(self._host, self._settings.port, timeout=2)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def _reachable(host: str) -> str:
    """An address to ask: "all addresses" is one to listen on, not to connect to."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (compared, not bound)
    return everywhere.get(host, host)
