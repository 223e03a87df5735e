"""What one restaurant's flood of refused sign-ins costs another's tablets."""

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from app.replay.browser import FORM, Browser
from bench.figures import Figure, percentile
from bench.house import House, open_house
from bench.http import rider_of
from bench.scene import Scene
from bench.wire import Wire

CLIENTS, EACH_S = 4, 25.0
WRONG_TRIES = 40  # so many that every further one is refused without a look at the password
REFUSED = 429
MOST_RATIO = 2.0


@dataclass(frozen=True)
class Knock:
    """A request that is made again and again: a post where it has a body."""

    url: str
    headers: dict[str, str]
    path: str
    body: bytes = b""


def measure(scene: Scene) -> list[Figure]:
    """A neighbour's order screen, alone, beside the flood, and beside as many cheap requests."""
    neighbour, flooded = open_house(scene.app, "bench-quiet"), open_house(scene.app, "bench-flood")
    rider = rider_of(neighbour.sign_in(scene.live.url, "bob"))
    page = f"{neighbour.url}/floor"
    rounds = scene.pick(40, 200)

    def took_ms() -> list[float]:
        return [rider.get(page).ms for _ in range(rounds)]

    took_ms()  # what was never asked for before is slower, once
    refused = _refused(scene, flooded)
    alone: list[float] = []
    beside: list[float] = []
    cheap: list[float] = []
    for _ in range(scene.pick(2, 5)):  # by turns: the machine may have other work
        alone += took_ms()
        with _flood(refused):
            beside += took_ms()
        with _flood(Knock(scene.live.url, {}, "/healthz")):
            cheap += took_ms()
    return [
        Figure(
            key=f"flood_ratio_p{percent}",
            value=percentile(beside, percent) / percentile(alone, percent),
            unit="×",
            says=f"floor plan beside {CLIENTS * EACH_S:.0f} refused sign-ins a second elsewhere",
            floor=percentile(cheap, percent) / percentile(alone, percent),
            at_most=MOST_RATIO if percent == 50 else None,
        )
        for percent in (50, 99)
    ]


def _refused(scene: Scene, house: House) -> Knock:
    """A sign-in that is one too many."""
    visitor, path = Browser(scene.live.url), f"/t/{house.slug}/sign-in"
    visitor.get(path)
    headers = {"Cookie": visitor.cookies}
    form = {"email": "a@nobody.example", "password": "wrong", "csrf_token": visitor.token}
    knock = Knock(scene.live.url, headers, path, urlencode(form).encode())
    wire = Wire(knock.url, knock.headers)
    statuses = [_ask(wire, knock) for _ in range(WRONG_TRIES)]
    wire.close()
    visitor.close()
    if statuses[-1] != REFUSED:
        raise RuntimeError(f"sign-ins are answered {statuses[-1]}: there is no limit")
    return knock


def _ask(wire: Wire, knock: Knock) -> int:
    answer = wire.post(knock.path, knock.body, FORM) if knock.body else wire.get(knock.path)
    return answer.status


@contextmanager
def _flood(knock: Knock) -> Iterator[None]:
    """CLIENTS processes that make the request at an even pace while the block lasts."""
    context = multiprocessing.get_context("spawn")
    begun, over = context.Barrier(CLIENTS + 1), context.Event()
    clients = [
        context.Process(target=_client, args=(knock, begun, over), daemon=True)
        for _ in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    begun.wait(60)
    try:
        yield
    finally:
        over.set()
        for client in clients:
            client.join()


def _client(knock: Knock, begun: Any, over: Any) -> None:
    wire = Wire(knock.url, knock.headers)
    begun.wait(60)
    due = time.monotonic()
    while not over.is_set():
        _ask(wire, knock)
        due += 1 / EACH_S
        time.sleep(max(0.0, due - time.monotonic()))
    wire.close()
