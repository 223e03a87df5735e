"""An evening in many restaurants: tablets, cooks and screens as plain HTTP clients and sockets.

An order: opened, four taps a second apart, sent; its two tickets (bar, cold) are acknowledged when
they come and bumped five seconds later; then it is paid in cash and closed. That is 20 requests
of its own. Eight tablets a location: whoever serves nobody shows the floor, watches it, and
fetches it anew when it changes, twice a second at most, as the floor's page does.
"""

import queue
import re
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from random import Random
from time import perf_counter
from uuid import UUID

from app.core.ids import new_id
from app.replay.browser import Browser, RequestFailed
from bench.house import House
from bench.http import Rider
from bench.listening import Address, Ear, Listening
from bench.passes import Passes

TABLETS, STATIONS = 8, ("bar", "cold")
LINES_EACH = 2
TAP_S, COOKING_S, TABLE_S = 1.0, 5.0, 2.0
FLOOR_EVERY_S = 0.5
FETCHERS = 8
PATIENCE_S = 20.0

_CASH = re.compile(r'action="([^"]+/payments/cash)"')
_VALUE = re.compile(r'name="(version|amount_minor|tip_minor)" value="(\d+)"')


@dataclass
class Tally:
    """What came of it; milliseconds by what was asked. `painted`: from a send to its ticket."""

    took: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    painted: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    orders: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Note how long the block takes, or that it fails."""
        began = perf_counter()
        yield
        with self.lock:
            self.took[what].append((perf_counter() - began) * 1000)

    def clear(self) -> None:
        """Begin anew."""
        with self.lock:
            self.took.clear()
            self.painted.clear()
            self.errors.clear()
            self.orders = 0


class Location:
    """One restaurant with its tablets; the cook's browser serves one hand at a time."""

    def __init__(self, house: House, base_url: str, tally: Tally, passes: Passes) -> None:
        self.house, self._tally, self._passes = house, tally, passes
        server = house.sign_in(base_url, "bob")
        self.cook = house.sign_in(base_url, "carol")
        self.cookies = server.cookies
        self._cooks_hands = threading.Lock()
        self.free: queue.SimpleQueue[Browser] = queue.SimpleQueue()
        for _ in range(TABLETS):
            self.free.put(server.beside())

    def serve(self, random: Random) -> None:
        """One order from beginning to end; what fails is noted."""
        try:
            self._serve(random)
            with self._tally.lock:
                self._tally.orders += 1
        except (RequestFailed, OSError, HTTPException, queue.Empty) as error:
            with self._tally.lock:
                self._tally.errors.append(f"{type(error).__name__}: {error}")

    def _serve(self, random: Random) -> None:
        tablet = self.free.get(timeout=PATIENCE_S)
        try:
            order_id = self._order(tablet, random)
        finally:
            self.free.put(tablet)
        self._cook(order_id)
        time.sleep(TABLE_S)
        tablet = self.free.get(timeout=PATIENCE_S)
        try:
            self._pay(tablet, order_id)
        finally:
            self.free.put(tablet)

    def _order(self, tablet: Browser, random: Random) -> UUID:
        url = self.house.url
        with self._tally.timed("open"):
            order_id = self.house.open_order(tablet)
        for station in STATIONS:
            for dish in random.sample(self.house.dishes[station], LINES_EACH):
                time.sleep(TAP_S)
                line = {
                    "item_id": str(dish.item_id),
                    "variant_id": str(dish.variant_id),
                    "line_id": str(new_id()),
                }
                with self._tally.timed("tap"):
                    tablet.post_fragment(f"{url}/orders/{order_id}/lines", line, new_id())
        time.sleep(TAP_S)
        began = perf_counter()
        with self._tally.timed("place"):
            tablet.post_fragment(f"{url}/orders/{order_id}/send", {}, new_id())
        tickets = self._passes.wait_for(order_id, len(STATIONS))
        with self._tally.lock:
            self._tally.painted += [(ticket.at - began) * 1000 for ticket in tickets]
        with self._tally.timed("page"):
            tablet.get(f"{url}/floor")
        return order_id

    def _cook(self, order_id: UUID) -> None:
        kitchen = f"{self.house.url}/kitchen"
        tickets = self._passes.wait_for(order_id, len(STATIONS))
        with self._cooks_hands:
            for ticket in tickets:
                with self._tally.timed("seen"):
                    self.cook.post_fragment(
                        f"{kitchen}/{ticket.station}/seen", {"ticket": ticket.id}
                    )
        time.sleep(COOKING_S)
        with self._cooks_hands:
            for ticket in tickets:
                now = self._passes.newest(order_id, ticket)
                with self._tally.timed("bump"):
                    self.cook.post_fragment(
                        f"{kitchen}/tickets/{ticket.id}/bump", {"version": now.version}
                    )

    def _pay(self, tablet: Browser, order_id: UUID) -> None:
        order = f"{self.house.url}/orders/{order_id}"
        with self._tally.timed("page"):
            page = tablet.get(f"{order}/pay")
        cash = _CASH.search(page)
        if cash is None:
            raise RequestFailed(200, "the payment's page takes no cash")
        with self._tally.timed("pay"):
            tablet.post_fragment(cash[1], dict(_VALUE.findall(page)), new_id())
        with self._tally.timed("close"):
            tablet.post_fragment(f"{order}/close", {}, new_id())
        with self._tally.timed("page"):
            tablet.get(f"{self.house.url}/floor")


class Floors:
    """The floor plans that are shown: fetched anew when they change, FLOOR_EVERY_S at most."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._due: queue.SimpleQueue[tuple[float, Rider, str] | None] = queue.SimpleQueue()
        self._waiting: set[Rider] = set()
        self._threads = [threading.Thread(target=self._fetch) for _ in range(FETCHERS)]
        for thread in self._threads:
            thread.start()

    def changed(self, rider: Rider, path: str) -> None:
        """Have a floor fetched, unless that is about to happen."""
        if rider not in self._waiting:
            self._waiting.add(rider)
            self._due.put((perf_counter() + FLOOR_EVERY_S, rider, path))

    def close(self) -> None:
        """Fetch nothing any more."""
        for _ in self._threads:
            self._due.put(None)
        for thread in self._threads:
            thread.join(PATIENCE_S)

    def _fetch(self) -> None:
        while (due := self._due.get()) is not None:
            at, rider, path = due
            time.sleep(max(0.0, at - perf_counter()))
            self._waiting.discard(rider)
            try:
                with self._tally.timed("floor"):
                    rider.get(path)
            except (RequestFailed, OSError, HTTPException) as error:
                with self._tally.lock:
                    self._tally.errors.append(f"floor: {error}")


class Evening:
    """Restaurants whose screens are open for as long as the block lasts."""

    def __init__(self, base_url: str, stream_url: str, houses: Sequence[House]) -> None:
        self._base_url, self._stream_url = base_url, stream_url
        self._passes = Passes()
        self.tally = Tally()
        self.locations = [Location(h, base_url, self.tally, self._passes) for h in houses]
        self._shown: dict[Address, tuple[Rider, str] | str] = dict(self._screens())

    @contextmanager
    def open(self) -> Iterator[None]:
        """All screens: two boards, a floor at the door and the tablets' floors a location."""
        self._floors = Floors(self.tally)
        try:
            with Listening(list(self._shown), self._heard) as listening:
                yield
                if listening.lost:
                    self.tally.errors.append(f"{listening.lost} sockets were lost")
        finally:
            self._floors.close()

    def play(self, orders_per_s: float, seconds: float, random: Random) -> None:
        """Begin orders at this rate, one location after the other; returns when all have ended."""
        threads: list[threading.Thread] = []
        began = perf_counter()
        for number in range(int(orders_per_s * seconds)):
            time.sleep(max(0.0, began + number / orders_per_s - perf_counter()))
            location = self.locations[number % len(self.locations)]
            threads.append(
                threading.Thread(target=location.serve, args=(Random(random.random()),))  # noqa: S311
            )
            threads[-1].start()
        for thread in threads:
            thread.join()

    @property
    def sockets(self) -> int:
        """How many are open."""
        return len(self._shown)

    def _heard(self, ear: Ear, body: bytes, at: float) -> None:
        shown = self._shown[ear.address]
        if isinstance(shown, str):
            self._passes.note(shown, body, at)
        elif b'"floor"' in body:
            self._floors.changed(*shown)

    def _screens(self) -> Iterator[tuple[Address, "tuple[Rider, str] | str"]]:
        for location in self.locations:
            house = location.house
            stream = f"{self._stream_url}{house.url}/stream?view="
            for station in STATIONS:
                view = f"kitchen:{house.stations[station]}"
                yield Address(stream + view, location.cook.cookies, self._base_url), station
            for number in range(TABLETS + 1):
                headers = {"Cookie": location.cookies, "HX-Request": "true"}
                address = Address(f"{stream}floor&n={number}", location.cookies, self._base_url)
                yield address, (Rider(self._base_url, headers), f"{house.url}/floor")
