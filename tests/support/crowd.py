"""Hundreds of kitchen screens at once, in a process of their own (see crowd_process)."""

import json
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from app.core.settings import PROJECT
from app.identity.session import PLAIN_COOKIE
from tests.support.live import Live
from tests.support.restaurants import Restaurant

LIMIT_S = 90.0


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a crowd saw. `arrivals` by number are in nanoseconds of time.monotonic_ns."""

    arrivals: dict[int, list[int]]
    gaps: int
    closes: dict[str, int]
    reached: list[int]
    live: int

    def delays_s(self, sent: dict[int, int]) -> list[float]:
        """How long each frame took to each screen, given when each number was sent."""
        return [
            (at - sent[seq]) / 1e9
            for seq, arrivals in self.arrivals.items()
            if seq in sent
            for at in arrivals
        ]


class Crowd:
    """`count` screens that send `request` to a local port; leaving the block ends them."""

    def __init__(self, port: int, request: str, count: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.crowd_process"],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin is not None
        order = {"port": port, "request": request, "count": count}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def wait_until(self, *, live: bool, within: float = LIMIT_S) -> float:
        """Wait until all of them are live (or one no longer is); returns when, monotonic s."""
        deadline = time.monotonic() + within
        while True:
            said = self._line(deadline, f"all screens live={live}")
            if said["live"] is live:
                return float(said["at"]) / 1e9

    def report(self) -> Report:
        """End them and ask what they saw."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        deadline = time.monotonic() + LIMIT_S
        while "arrivals" not in (said := self._line(deadline, "a report")):
            pass
        arrivals = {int(seq): times for seq, times in said.pop("arrivals").items()}
        return Report(arrivals=arrivals, **said)

    def _line(self, deadline: float, what: str) -> dict[str, Any]:
        pipe = self._process.stdout
        assert pipe is not None
        readable, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
        assert readable, f"not in time: {what}"
        said: dict[str, Any] = json.loads(pipe.readline())
        return said


def screens(live: Live, restaurant: Restaurant, view: str, token: str, count: int) -> Crowd:
    """A crowd of `count` screens of one person that watch one view."""
    path = f"{restaurant.url}/stream?view={view}"
    request = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{live.settings.stream_port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: bmliYmxpeCBuaWJibGl4IQ==\r\nSec-WebSocket-Version: 13\r\n"
        f"Origin: {live.url}\r\nCookie: {PLAIN_COOKIE}={token}\r\n\r\n"
    )
    return Crowd(live.settings.stream_port, request, count)
