"""Many screens in one process, which read frames and come back when they are sent away.

`python -m tests.support.crowd_process`: one JSON object on standard input says where to connect
and how many; each time all of them have become live, or no longer are, a line says so; the end
of standard input ends it with a report. Times are of the clock of time.monotonic_ns.
"""

import json
import random
import re
import selectors
import socket
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from app.runtime.open_files import raise_limit

AT_ONCE = 50
LONGEST_BACK_OFF_S = 0.5
TEXT, CLOSE, PING = 0x1, 0x8, 0x9
PONG = b"\x8a\x80\x00\x00\x00\x00"
NEVER_BACK = (1000, 1008)

_SEQ = re.compile(rb'^\{"seq":(\d+)')


@dataclass(eq=False)
class Screen:
    """One socket: `seq` is how far it is, None before its snapshot."""

    line: socket.socket
    data: bytearray = field(default_factory=bytearray)
    is_shaken: bool = False
    seq: int | None = None


class Crowd:
    """All screens of this process."""

    def __init__(self, port: int, request: str, count: int) -> None:
        self._address, self._request, self._count = ("127.0.0.1", port), request.encode(), count
        self._selector = selectors.DefaultSelector()
        self._due = [0.0] * count
        self._opening: set[Screen] = set()
        self._live = 0
        self.gaps = 0
        self.closes: defaultdict[str, int] = defaultdict(int)
        self.arrivals: defaultdict[int, list[int]] = defaultdict(list)

    def run(self) -> None:
        """Watch until standard input ends."""
        self._selector.register(sys.stdin, selectors.EVENT_READ)
        while True:
            self._open_some()
            for key, _events in self._selector.select(0.05):
                if key.fileobj is sys.stdin:
                    return
                self._read(key.data)

    def report(self) -> dict[str, Any]:
        """What came of it; `reached` are the numbers that screens are at."""
        screens = [key.data for key in self._selector.get_map().values() if key.data]
        return {
            "arrivals": self.arrivals,
            "gaps": self.gaps,
            "closes": self.closes,
            "reached": sorted({screen.seq for screen in screens if screen.seq is not None}),
            "live": self._live,
        }

    def _open_some(self) -> None:
        now = time.monotonic()
        while self._due and len(self._opening) < AT_ONCE and self._due[-1] <= now:
            self._due.pop()
            screen = Screen(socket.create_connection(self._address, timeout=10))
            screen.line.sendall(self._request)
            screen.line.setblocking(False)
            self._opening.add(screen)
            self._selector.register(screen.line, selectors.EVENT_READ, screen)

    def _read(self, screen: Screen) -> None:
        try:
            data = screen.line.recv(262_144)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lose(screen, "lost")
            return
        screen.data += data
        if not screen.is_shaken:
            self._shake(screen)
        while screen.is_shaken and (message := _next(screen.data)):
            self._take(screen, *message)

    def _shake(self, screen: Screen) -> None:
        head, end, rest = bytes(screen.data).partition(b"\r\n\r\n")
        if not end:
            return
        if b" 101 " not in head.partition(b"\r\n")[0]:
            self._lose(screen, "refused")
            return
        screen.data, screen.is_shaken = bytearray(rest), True

    def _take(self, screen: Screen, opcode: int, body: bytes) -> None:
        if opcode == PING:
            screen.line.send(PONG)
        elif opcode == CLOSE:
            self._lose(screen, str(int.from_bytes(body[:2], "big")))
        elif opcode == TEXT and (found := _SEQ.match(body)):
            self._note(screen, int(found[1]), body)

    def _note(self, screen: Screen, seq: int, body: bytes) -> None:
        if b'"snapshot":true' in body[:120]:
            self._settle(screen)
        elif screen.seq is not None and seq > screen.seq:
            self.gaps += seq > screen.seq + 1
            self.arrivals[seq].append(time.monotonic_ns())
        screen.seq = max(seq, screen.seq or 0)

    def _settle(self, screen: Screen) -> None:
        if screen in self._opening:
            self._opening.discard(screen)
            self._live += 1
            if self._live == self._count:
                _say({"live": True, "at": time.monotonic_ns()})

    def _lose(self, screen: Screen, why: str) -> None:
        self.closes[why] += 1
        screen.is_shaken = False
        self._selector.unregister(screen.line)
        screen.line.close()
        if screen not in self._opening:
            if self._live == self._count:
                _say({"live": False, "at": time.monotonic_ns()})
            self._live -= 1
        self._opening.discard(screen)
        if why not in map(str, NEVER_BACK):
            self._due.append(time.monotonic() + random.uniform(0, LONGEST_BACK_OFF_S))  # noqa: S311
            self._due.sort(reverse=True)


def _next(data: bytearray) -> tuple[int, bytes] | None:
    """Take the first whole message off, unmasked and in one frame, as our server sends them."""
    if len(data) < 2:
        return None
    size, at = data[1] & 0x7F, 2
    if size > 125:
        at = 4 if size == 126 else 10
        size = int.from_bytes(data[2:at], "big")
    if len(data) < at + size:
        return None
    opcode, body = data[0] & 0x0F, bytes(data[at : at + size])
    del data[: at + size]
    return opcode, body


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read where to, watch, report."""
    raise_limit()
    crowd = Crowd(**json.loads(sys.stdin.readline()))
    crowd.run()
    _say(crowd.report())


if __name__ == "__main__":
    main()
