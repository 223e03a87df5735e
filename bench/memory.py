"""What `make run` weighs, all its processes together, and whether the page server grows."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.core.ids import new_id
from app.core.settings import PROJECT
from app.replay.browser import Browser
from bench.figures import Figure
from bench.scene import Scene
from tests.support.live import free_ports
from tests.support.weight import offspring, resident_mib, shared_out_mib

MOST_MIB = 300.0
MOST_GROWTH_MIB = 10.0
IDLE = "import sys; sys.stdout.write('.'); sys.stdout.flush(); sys.stdin.read()"
WARM_UP = 200
ONLY_IN_DEVELOPMENT = ("rich", "pygments")
SETTLE_S = 3.0


def measure(scene: Scene) -> list[Figure]:
    """PSS of everything that `make run` starts, by role and in all; growth over orders."""
    return [*_weights(), _growth(scene)]


def _weights() -> list[Figure]:
    with _make_run() as supervisor:
        pids = [supervisor, *offspring(supervisor)]
        weights: defaultdict[str, float] = defaultdict(float)
        for pid in pids:
            weights[_role(pid)] += shared_out_mib(pid)
    total = Figure(
        key="pss_mb",
        value=sum(weights.values()),
        unit="MiB",
        says=f"make run, {len(pids)} processes; floor: as many idle Pythons",
        floor=_idle_mib(len(pids)),
        at_most=MOST_MIB,
    )
    return [total, *(_of_role(role, weight) for role, weight in weights.items())]


def _of_role(role: str, weight: float) -> Figure:
    key = f"pss_mb_{role.replace('-', '_')}"
    return Figure(key=key, value=weight, unit="MiB", says=f"{role} with its children")


def _growth(scene: Scene) -> Figure:
    orders = scene.pick(200, 5000)
    browser = scene.browser(scene.restaurant.people["bob"])
    _place(scene, browser, WARM_UP)
    before = resident_mib(scene.live.pid("web"))
    _place(scene, browser, orders)
    after = resident_mib(scene.live.pid("web"))
    browser.close()
    return Figure(
        key="rss_growth_mb",
        value=after - before,
        unit="MiB",
        says=f"growth of the page server over {orders} placed orders",
        at_most=MOST_GROWTH_MIB,
    )


def _place(scene: Scene, browser: Browser, orders: int) -> None:
    house = scene.restaurant
    variants = [str(house.variants[name]) for name in ("Espresso", "Bruschetta")]
    for _ in range(orders):
        order_id = new_id()
        lines = [{"line_id": str(new_id()), "variant_id": variant} for variant in variants]
        order = {"order_id": str(order_id), "service_type": "takeaway", "lines": lines}
        browser.post_json(f"{house.url}/api/orders", order, order_id)


@contextmanager
def _make_run() -> Iterator[int]:
    """The product as a person starts it, on a folder and ports of its own, once it is ready."""
    with tempfile.TemporaryDirectory(prefix="nibblix-weight-") as folder:
        hidden = _hide(Path(folder))
        given = {
            "DATA_DIR": folder,
            "PORT": str(free_ports(3)),
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(hidden),
        }
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        process = subprocess.Popen(
            [sys.executable, "-m", "app.runtime", "run"],
            cwd=PROJECT,
            env=kept | given,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            _wait_and_use(process, int(given["PORT"]))
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate()


def _hide(folder: Path) -> Path:
    """A path before all others, where what only development installs cannot be imported.

    structlog loads rich wherever it finds it.
    """
    hidden = folder / "hidden"
    hidden.mkdir()
    for name in ONLY_IN_DEVELOPMENT:
        (hidden / f"{name}.py").write_text(f"raise ImportError({name!r})\n")
    return hidden


def _wait_and_use(process: "subprocess.Popen[str]", port: int) -> None:
    for line in process.stdout or ():
        if line.startswith("Nibblix is ready"):
            break
    browser = Browser(f"http://127.0.0.1:{port}")
    for _ in range(20):
        browser.get("/readyz")
    browser.close()
    time.sleep(SETTLE_S)  # the background processes start last


def _role(pid: int) -> str:
    """Forks bear the name of their role; the stream's processes say it in their command."""
    name = Path(f"/proc/{pid}/comm").read_text().strip()
    command = Path(f"/proc/{pid}/cmdline").read_text()
    if "stream_app" in command:
        return "stream"
    return "supervisor" if name.startswith("python") else name


def _idle_mib(processes: int) -> float:
    """As many Pythons that have imported nothing."""
    idle = [
        subprocess.Popen(
            [sys.executable, "-c", IDLE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(processes)
    ]
    for process in idle:
        if process.stdout:
            process.stdout.read(1)
    total = sum(shared_out_mib(process.pid) for process in idle)
    for process in idle:
        process.communicate()
    return total
