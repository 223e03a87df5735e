"""A real simulated terminal in a process of its own, for tests that pay by card."""

import json
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Self

from app.payments.http_terminal import HttpTerminal

ROOT = Path(__file__).resolve().parent.parent


def eventually(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Poll until `condition` holds; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not come true in time"
        time.sleep(0.01)


class TerminalProcess:
    """`python -m app.terminal` on a free port; its ledger outlives `kill` and `start`."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.port = 0
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process and self._process.poll() is None:
            self.kill()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ledger(self) -> Path:
        return self.data_dir / "terminal.jsonl"

    def gateway(self, read_timeout: float = 20.0) -> HttpTerminal:
        return HttpTerminal(self.url, read_timeout=read_timeout)

    def start(self) -> None:
        """Start it on a free port; raises when it does not say which."""
        self._process = self.spawn()
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, f"the terminal ended with {self._process.wait()}"
        self.port = int(line)

    def spawn(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "app.terminal", "--port", "0"]
        return subprocess.Popen(
            [*command, "--data-dir", str(self.data_dir)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def kill(self) -> None:
        """kill -9."""
        assert self._process
        self._process.kill()
        self._process.communicate()

    def terminate(self) -> int:
        """SIGTERM; the exit status."""
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        self._process.communicate(timeout=15)
        return self._process.returncode

    def limit_file_size(self, size: int = resource.RLIM_INFINITY) -> None:
        """Let every write past `size` bytes fail, as on a full disk; without size, no more."""
        assert self._process
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (size, hard))

    def behave(self, mode: str, **options: Any) -> None:
        """Say what the next charges do: `count`, `seconds`, `prefix`, `on`."""
        status, body = self.call("POST", "/behaviour", {"mode": mode, **options})
        assert status == 200, body

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """One request with JSON both ways."""
        data = None if body is None else json.dumps(body)
        headers = {"Content-Type": "application/json"} if data else {}
        status, _, text = self.send(method, path, data, headers)
        return status, json.loads(text)

    def send(
        self, method: str, path: str, data: str | bytes | None, headers: dict[str, str]
    ) -> tuple[int, str, str]:
        """One request as given; status, Location and text of its answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, data, headers)
            response = connection.getresponse()
            return response.status, response.headers.get("Location", ""), response.read().decode()
        finally:
            connection.close()
