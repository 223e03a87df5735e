"""Published → on the screens: one stream process with 1, 100, 1,000 and 5,000 sockets."""

import json
import os
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.core import redis
from app.core.sockets import frames
from app.core.stream import reached
from bench.figures import Figure, percentile
from bench.scene import Scene
from tests.support.crowd import Crowd, Report, screens
from tests.support.watcher import token_of
from tests.support.weight import group, resident_mib

ACCEPTED = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
# A ticket of four lines as the kitchen's screens get it.
CONTENT = "<article>" + "x" * 2_000 + "</article>"
RELOADED = 200
TICKS_S = os.sysconf("SC_CLK_TCK")

Publish = Callable[[int], None]


@dataclass(frozen=True)
class Load:
    """How many sockets, and how many frames one `pause_s` after another."""

    sockets: int
    frames: int
    pause_s: float


LOADS = (Load(1, 100, 0.01), Load(100, 50, 0.04), Load(1000, 30, 0.1), Load(5000, 10, 0.5))


def measure(scene: Scene) -> list[Figure]:
    """Time from publishing on Redis to reading, over all frames and sockets, in ms."""
    found: list[Figure] = []
    token = token_of(scene.restaurant, scene.restaurant.people["carol"])
    for load in LOADS[:3] if scene.is_quick else LOADS:
        found += _served(scene, token, load, _bare(load))
    return [*found, _reload(scene, token)]


def _served(scene: Scene, token: str, load: Load, floor: list[float]) -> list[Figure]:
    house, leader = scene.restaurant, scene.live.pid("stream")
    view = f"kitchen:{house.stations['Kitchen']}"
    channel = redis.stream_channel(house.tenant.id, house.location.id)
    with house.inside():
        first = reached(house.location.id) + 1
    server = scene.app.extensions["redis"]
    weight = resident_mib(leader)
    with screens(scene.live, house, view, token, load.sockets) as crowd:
        crowd.wait_until(live=True)
        weight = resident_mib(leader) - weight

        def publish(seq: int) -> None:
            server.publish(channel, json.dumps(_frame(seq, view)))

        began = _cpu_s(leader)
        sent = _send(load, first, publish)
        cpu_s = _cpu_s(leader) - began
        report = crowd.report()
    return [
        *_delays(load, _complete(report, load, sent), floor),
        *(_costs(load, weight, cpu_s) if load.sockets >= 1000 else []),
    ]


def _reload(scene: Scene, token: str) -> Figure:
    """HUP: every socket is sent away and comes back, as htmx does, to a process that loads anew."""
    house = scene.restaurant
    view = f"kitchen:{house.stations['Kitchen']}"
    with screens(scene.live, house, view, token, RELOADED) as crowd:
        crowd.wait_until(live=True)
        os.kill(scene.live.pid("stream"), signal.SIGHUP)
        gone = crowd.wait_until(live=False)
        back = crowd.wait_until(live=True)
    return Figure(
        key=f"socket_reload_s_{RELOADED}",
        value=back - gone,
        unit="s",
        says=f"a reload with {RELOADED} sockets, until all have a snapshot again",
        at_most=5,
    )


def _bare(load: Load) -> list[float]:
    """The floor: a loop that writes the same bytes to as many sockets; delays in ms."""
    lines: list[socket.socket] = []

    def publish(seq: int) -> None:
        message = frames.change(_frame(seq, "kitchen"), "kitchen")
        for line in lines:
            line.send(message)

    with (
        socket.create_server(("127.0.0.1", 0), backlog=1024) as door,
        Crowd(door.getsockname()[1], "GET / HTTP/1.1\r\n\r\n", load.sockets) as crowd,
    ):
        for _ in range(load.sockets):
            line, _address = door.accept()
            line.recv(1024)
            line.sendall(ACCEPTED + frames.snapshot(0, None))
            lines.append(line)
        crowd.wait_until(live=True)
        sent = _send(load, 1, publish)
        report = crowd.report()
        for line in lines:
            line.close()
    return _complete(report, load, sent)


def _frame(seq: int, view: str) -> dict[str, object]:
    """A frame as the relay publishes it."""
    return {"seq": seq, "at": "", "topics": ["ticket:1"], "views": {view: CONTENT}}


def _send(load: Load, first: int, publish: Publish) -> dict[int, int]:
    """Publish at an even pace; when each number was, in ns, and then a moment to arrive."""
    sent: dict[int, int] = {}
    began = time.monotonic()
    for step in range(load.frames):
        time.sleep(max(0.0, began + step * load.pause_s - time.monotonic()))
        sent[first + step] = time.monotonic_ns()
        publish(first + step)
    time.sleep(0.5)
    return sent


def _complete(report: Report, load: Load, sent: dict[int, int]) -> list[float]:
    """The delays in ms, every frame on every socket; anything less is no measurement."""
    delays = [delay * 1000 for delay in report.delays_s(sent)]
    if report.gaps or len(delays) != load.sockets * load.frames:
        raise RuntimeError(f"{len(delays)} arrivals, {report.gaps} gaps, closes {report.closes}")
    return delays


def _delays(load: Load, delays: list[float], floor: list[float]) -> list[Figure]:
    return [
        Figure(
            key=f"socket_ms_p{percent}_{load.sockets}",
            value=percentile(delays, percent),
            unit="ms",
            says=f"published → on {load.sockets} screens, p{percent}",
            floor=percentile(floor, percent),
            at_most=1000 if (percent, load.sockets) == (99, 1000) else None,
        )
        for percent in (50, 99)
    ]


def _costs(load: Load, weight_mib: float, cpu_s: float) -> list[Figure]:
    suffix = "" if load.sockets == 1000 else f"_{load.sockets}"
    return [
        Figure(
            key=f"socket_kib_each{suffix}",
            value=weight_mib * 1024 / load.sockets,
            unit="KiB",
            says=f"memory of a socket, with {load.sockets}",
        ),
        Figure(
            key=f"socket_cpu_us_each_frame{suffix}",
            value=cpu_s * 1e6 / (load.frames * load.sockets),
            unit="µs",
            says=f"CPU of the stream process for a frame on a socket, with {load.sockets}",
        ),
    ]


def _cpu_s(leader: int) -> float:
    """What a group's processes have used of the processor so far."""
    ticks = 0
    for pid in group(leader):
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(map(int, stat[11:13]))  # in user mode, and in the kernel for it
    return ticks / TICKS_S
