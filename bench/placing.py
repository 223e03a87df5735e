"""Placing an order over HTTP, beside the same SQL in bare psycopg.

One POST opens an order, adds three lines and sends it: session, permission, CSRF, idempotency,
reservation, tickets and outbox included.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from psycopg import connect

from app.core.ids import new_id
from app.replay.browser import Browser
from bench.clients import bare_client, client, order_of
from bench.figures import Figure, percentile
from bench.recording import high_numbers, record
from bench.repetition import Recording, Repetition
from bench.scene import Scene
from bench.together import run_together
from bench.wire import Wire
from tests.support.restaurants import Restaurant
from tests.support.visitor import Visitor, signed_in

CLIENTS = 8
PLENTY = "UPDATE stock SET on_hand = 100000000"
BUMP = "UPDATE ticket SET state = 'bumped', bumped_at = now() WHERE state <> 'bumped'"
LINES = (("Margherita", ("Extra cheese",)), ("Bruschetta", ()), ("House wine/Glass", ()))


def measure(scene: Scene) -> list[Figure]:
    """One client in alternating pairs, then eight at once."""
    with connect(scene.own.addresses.owner_url, autocommit=True) as owner:
        owner.execute(PLENTY)
        visitor = signed_in(scene.app, scene.restaurant.people["bob"])
        place_here(visitor, scene.restaurant)  # makes the counters' rows
        with high_numbers(owner):
            recording = record(scene.app, lambda: place_here(visitor, scene.restaurant))
        owner.execute("ANALYZE")  # as autovacuum does once there is something to count
    # Signed in now: a floor with hundreds of open orders, on which they arrive, is not the point.
    people = [_signed_in(scene) for _ in range(CLIENTS)]
    with a_kitchen_that_keeps_up(scene.own.addresses.owner_url):
        return [*_alone(scene, recording, people[0]), *_together(scene, recording, people)]


@contextmanager
def a_kitchen_that_keeps_up(owner_url: str) -> Iterator[None]:
    """Tickets are bumped every half second, or their boards would grow beyond all measure."""
    over = threading.Event()

    def bump() -> None:
        with connect(owner_url, autocommit=True) as owner:
            while not over.wait(0.5):
                owner.execute(BUMP)

    thread = threading.Thread(target=bump, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _alone(scene: Scene, recording: Recording, bob: dict[str, str]) -> list[Figure]:
    place = client((scene.live.url, bob, _path(scene.restaurant), _menu(scene)))
    with connect(scene.own.addresses.app_url) as connection:
        raw = Repetition(recording, connection)
        placed, bare = _in_pairs(place, raw, scene.pick(100, 1000))
    p10, p10_bare = percentile(placed, 10), percentile(bare, 10)
    return [
        Figure(
            key="place_order_ratio_p10",
            value=p10 / p10_bare,
            unit="×",
            floor=1,
            at_most=2.2,
            says="POST of an order ÷ its SQL in bare psycopg, one client, 10th percentile",
        ),
        Figure(
            key="place_order_ms_p50",
            value=percentile(placed, 50) * 1000,
            unit="ms",
            floor=percentile(bare, 50) * 1000,
            says="POST of an order, one client",
        ),
        Figure(
            key="orders_per_s_1",
            value=len(placed) / sum(placed),
            unit="/s",
            floor=len(bare) / sum(bare),
            says="orders a second, one client",
        ),
        Figure(
            key="journey_ms_p50",
            value=percentile(_journeys(scene, bob), 50) * 1000,
            unit="ms",
            says="the same order as a tablet takes it: opened, three taps, sent, in five requests",
        ),
        Figure(
            key="place_order_round_trips",
            value=recording.round_trips,
            unit="",
            says="round trips to PostgreSQL of one order, BEGIN and COMMIT included",
        ),
    ]


def _journeys(scene: Scene, bob: dict[str, str]) -> list[float]:
    """Seconds of the five requests together, each asked when the last was answered."""
    form = "application/x-www-form-urlencoded"
    wire = Wire(scene.live.url, {**bob, "HX-Request": "true"})
    taken = []
    for _ in range(scene.pick(20, 200)):
        began = time.perf_counter()
        opening = urlencode({"service_type": "dine_in", "pickup_name": "Bench"}).encode()
        order = wire.post(f"{scene.restaurant.url}/orders", opening, form, str(new_id())).location
        for line in _menu(scene):
            said = urlencode({**line, "line_id": new_id()}, doseq=True).encode()
            wire.post(f"{order}/lines", said, form, str(new_id()))
        if wire.post(f"{order}/send", b"", form, str(new_id())).status != 200:
            raise RuntimeError("a tablet's order was not sent")
        taken.append(time.perf_counter() - began)
    return taken


def _together(scene: Scene, recording: Recording, people: list[dict[str, str]]) -> list[Figure]:
    seconds = float(scene.pick(4, 20))
    shared = (_path(scene.restaurant), _menu(scene))
    tablets = [(scene.live.url, person, *shared) for person in people]
    bare = [(scene.own.addresses.app_url, recording)] * CLIENTS
    rounds = [
        (run_together(client, tablets, seconds / 2), run_together(bare_client, bare, seconds / 2))
        for _ in range(2)
    ]
    placed = [duration for (durations, _), _ in rounds for duration in durations]
    raw = [duration for _, (durations, _) in rounds for duration in durations]
    rate = sum(found for (_, found), _ in rounds) / len(rounds)
    raw_rate = sum(found for _, (_, found) in rounds) / len(rounds)
    p99, raw_p99 = percentile(placed, 99) * 1000, percentile(raw, 99) * 1000
    return [
        Figure(key="orders_per_s_8", value=rate, unit="/s", floor=raw_rate, says="8 clients"),
        Figure(key="raw_orders_per_s_8", value=raw_rate, unit="/s", says="its SQL, 8 clients"),
        Figure(
            key="orders_per_s_8_ratio",
            value=rate / raw_rate,
            unit="×",
            floor=1,
            at_least=0.34,
            says="orders a second ÷ the same of its SQL, 8 clients",
        ),
        Figure(
            key="place_order_p99_ms_8", value=p99, unit="ms", floor=raw_p99, says="p99, 8 clients"
        ),
        Figure(key="raw_p99_ms_8", value=raw_p99, unit="ms", says="p99 of its SQL, 8 clients"),
        Figure(
            key="place_order_p99_ratio_8",
            value=p99 / raw_p99,
            unit="×",
            floor=1,
            at_most=2.6,
            says="p99 ÷ p99 of its SQL, 8 clients",
        ),
    ]


def _in_pairs(
    one: Callable[[], None], other: Callable[[], None], pairs: int
) -> tuple[list[float], list[float]]:
    """Time both by turns, so that what disturbs the machine disturbs both."""
    times: tuple[list[float], list[float]] = ([], [])
    for act in (one, other) * 20:
        act()
    for _ in range(pairs):
        for act, taken in zip((one, other), times, strict=True):
            began = time.perf_counter()
            act()
            taken.append(time.perf_counter() - began)
    return times


def place_here(visitor: Visitor, restaurant: Restaurant) -> None:
    """The same request in this process."""
    order_id, body = order_of(menu_lines(restaurant))
    answer = visitor.client.post(
        _path(restaurant),
        data=body,
        content_type="application/json",
        headers={
            "Idempotency-Key": order_id,
            "X-CSRFToken": visitor.token,
            "Accept": "application/json",
        },
    )
    if answer.status_code != 201:
        raise RuntimeError(f"{answer.status}: {answer.get_data()[:300]!r}")


def menu_lines(restaurant: Restaurant) -> list[dict[str, Any]]:
    """The three lines of each order, as JSON asks for them."""
    return [
        {
            "variant_id": str(restaurant.variants[name]),
            "modifier_ids": [str(restaurant.modifiers[chosen]) for chosen in modifiers],
        }
        for name, modifiers in LINES
    ]


def _menu(scene: Scene) -> list[dict[str, Any]]:
    return menu_lines(scene.restaurant)


def _path(restaurant: Restaurant) -> str:
    return f"{restaurant.url}/api/orders"


def _signed_in(scene: Scene) -> dict[str, str]:
    """The headers of somebody who signed in over HTTP."""
    return headers_of(scene.browser(scene.restaurant.people["bob"]))


def headers_of(browser: Browser) -> dict[str, str]:
    """What goes with each request of a signed-in browser."""
    return {
        "Cookie": browser.cookies,
        "X-CSRFToken": browser.token,
        "Accept": "application/json",
    }
