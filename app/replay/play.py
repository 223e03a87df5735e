"""Playing orders: each is placed, seen by the kitchen, paid, bumped and closed over HTTP."""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.core.ids import new_id
from app.replay.browser import Browser, RequestFailed
from app.replay.derived_menu import PlayedLine, played_lines, variant_name
from app.replay.orders_file import FileOrder
from app.replay.pass_window import Pass
from app.replay.restaurant import Person, Restaurant

PATIENCE_S = 20.0


@dataclass
class Tally:
    """What came of it. Latencies in seconds; amounts in minor units."""

    orders: int = 0
    lines: int = 0
    total_minor: int = 0
    place_s: list[float] = field(default_factory=list)
    painted_s: list[float] = field(default_factory=list)
    unseen: int = 0
    failures: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class Crew:
    """One client: somebody who serves and somebody who cooks."""

    server: Browser
    cook: Browser


def sign_in(base_url: str, restaurant: Restaurant) -> list[Crew]:
    """Sign everybody in, each in a browser of their own."""

    def browser(person: Person) -> Browser:
        opened = Browser(base_url)
        opened.sign_in(restaurant.slug, person.email, person.password)
        return opened

    pairs = zip(restaurant.servers, restaurant.cooks, strict=True)
    return [Crew(browser(server), browser(cook)) for server, cook in pairs]


def play(
    orders: Sequence[FileOrder],
    restaurant: Restaurant,
    crews: Sequence[Crew],
    kitchen: Pass,
    progress: Callable[[int], None],
) -> Tally:
    """Play all orders, shared out among the crews; returns when the last one is closed."""
    waiting: queue.SimpleQueue[FileOrder] = queue.SimpleQueue()
    for order in orders:
        waiting.put(order)
    tally = Tally()

    def work(crew: Crew) -> None:
        while True:
            try:
                order = waiting.get_nowait()
            except queue.Empty:
                return
            _play_noting_failure(order, restaurant, crew, kitchen, tally)
            progress(tally.orders)

    threads = [threading.Thread(target=work, args=(crew,)) for crew in crews]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def _play_noting_failure(
    order: FileOrder, restaurant: Restaurant, crew: Crew, kitchen: Pass, tally: Tally
) -> None:
    try:
        _play_one(order, restaurant, crew, kitchen, tally)
    except (RequestFailed, OSError) as error:
        with tally.lock:
            tally.failures.append(f"order {order.number}: {error}")


def _play_one(
    order: FileOrder, restaurant: Restaurant, crew: Crew, kitchen: Pass, tally: Tally
) -> None:
    prefix = f"/t/{restaurant.slug}/{restaurant.location.slug}"
    lines = [played for line in order.lines for played in played_lines(line)]
    order_id, began = new_id(), time.perf_counter()
    content = {
        "order_id": str(order_id),
        "service_type": "dine_in",
        "pickup_name": f"Order {order.number}",
        "lines": [_line(restaurant, line) for line in lines],
    }
    placed = crew.server.post_json(f"{prefix}/api/orders", content, order_id)
    answered = time.perf_counter()
    ticket = kitchen.wait_for(order_id, PATIENCE_S)
    bill = {"version": str(placed["bill_version"]), "amount_minor": str(placed["total_minor"])}
    crew.server.post_fragment(f"{prefix}/bills/{placed['bill_id']}/payments/cash", bill, new_id())
    if ticket is not None:
        crew.cook.post_fragment(
            f"{prefix}/kitchen/tickets/{ticket.id}/bump", {"version": str(ticket.version)}
        )
    crew.server.post_fragment(f"{prefix}/orders/{order_id}/close", {}, new_id())
    with tally.lock:
        tally.orders += 1
        tally.lines += len(lines)
        tally.total_minor += placed["total_minor"]
        tally.place_s.append(answered - began)
        if ticket is None:
            tally.unseen += 1
        else:
            tally.painted_s.append(ticket.at - began)


def _line(restaurant: Restaurant, line: PlayedLine) -> dict[str, object]:
    return {
        "line_id": str(new_id()),
        "variant_id": str(restaurant.variants[line.item_name, variant_name(line.unit_minor)]),
        "quantity": str(line.quantity),
        "modifier_ids": [
            str(restaurant.modifiers[line.item_name, choice]) for choice in line.choices
        ],
    }
