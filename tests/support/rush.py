"""Clients of a running restaurant: they place, pay and bump, and do not give a gesture up."""

import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Self
from uuid import UUID

from app.core.ids import new_id
from app.replay.browser import RequestFailed
from tests.support.journal import Act, Answer, Gesture, Journal, Witness
from tests.support.live import Live
from tests.support.restaurants import Restaurant

AGAIN_S = 0.1
PATIENCE_S = 60.0
SOLD = ("Bruschetta", "Espresso", "Gelato/Small", "House wine/Glass", "Water")
# Try again: the database does not answer, or the first try has not ended yet.
TRY_AGAIN = (409, 503)

_TICKET = re.compile(
    r'<article class="ticket[^>]*? id="ticket-(?P<id>[0-9a-f-]{36})".*?'
    r'name="version" value="(?P<version>\d+)"',
    re.DOTALL,
)


class GaveUp(Exception):
    """A gesture found no answer in PATIENCE_S."""


@dataclass
class Till:
    """One person who serves. Not shared between threads."""

    restaurant: Restaurant
    browser: Witness
    journal: Journal
    dice: random.Random

    def place(
        self, *, service_type: str = "dine_in", lines: int = 2, key: UUID | None = None
    ) -> Answer:
        """Place an order, under a key where one is given; returns what was acknowledged."""
        gesture = Gesture(key=key or new_id(), act="place", portions=lines)
        content = {
            "order_id": str(gesture.key),
            "service_type": service_type,
            "pickup_name": "Gina",
            "lines": [self._line() for _ in range(lines)],
        }
        url = f"{self.restaurant.url}/api/orders"
        return self._insist(gesture, lambda: self.browser.post_json(url, content, gesture.key))

    def pay(self, placed: Answer, tender: Act = "cash") -> None:
        """Pay an order's bill, by cash or card."""
        gesture = Gesture(
            key=new_id(),
            act=tender,
            bill_id=placed["bill_id"],
            amount_minor=placed["total_minor"],
        )
        form = {"version": str(placed["bill_version"]), "amount_minor": str(placed["total_minor"])}
        url = f"{self.restaurant.url}/bills/{placed['bill_id']}/payments/{tender}"

        def send() -> Answer:
            self.browser.post_fragment(url, form, gesture.key)
            return {}

        self._insist(gesture, send)

    def bump_all(self, station: str) -> int:
        """Bump every ticket of a station's board; returns how many."""
        board = self.restaurant.url + "/kitchen"
        try:
            tickets = _TICKET.findall(self.browser.get(f"{board}/{station}"))
            for ticket_id, version in tickets:
                self.browser.post_fragment(
                    f"{board}/tickets/{ticket_id}/bump", {"version": version}
                )
        except (RequestFailed, OSError, HTTPException):
            return 0
        return len(tickets)

    def _line(self) -> dict[str, object]:
        variant = self.restaurant.variants[self.dice.choice(SOLD)]
        return {"line_id": str(new_id()), "variant_id": str(variant), "quantity": "1"}

    def _insist(self, gesture: Gesture, send: Callable[[], Answer]) -> Answer:
        """Send a gesture under its key until it is acknowledged."""
        self.journal.begin(gesture)
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                answer = send()
            except RequestFailed as refused:
                if refused.status not in TRY_AGAIN:
                    raise
            except (OSError, HTTPException):
                pass
            else:
                self.journal.acknowledge(gesture.key, answer)
                return answer
            time.sleep(AGAIN_S)
        raise GaveUp(f"{gesture.act} {gesture.key}")


def open_till(
    live: Live, restaurant: Restaurant, journal: Journal, who: str = "bob", seed: int = 0
) -> Till:
    """Sign somebody in who serves, pays or cooks."""
    person = restaurant.people[who]
    browser = Witness(live.url, journal)
    _until_let_in(lambda: browser.sign_in(person.tenant, person.email, person.password))
    return Till(restaurant, browser, journal, random.Random(seed))  # noqa: S311 (no secret)


def _until_let_in(sign_in: Callable[[], None]) -> None:
    """What broke a moment ago may cost the first request."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            sign_in()
            return
        except RequestFailed as refused:
            if refused.status != 503 or time.monotonic() > deadline:
                raise


@dataclass
class Rush:
    """People at work in threads of their own, from `with` to the end of it."""

    tills: list[Till]
    cooks: list[Till] = field(default_factory=list)
    pause_s: float = 0.3
    cards: bool = False
    failures: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        works = [(self._serve, till) for till in self.tills]
        works += [(self._cook, cook) for cook in self.cooks]
        self._threads = [threading.Thread(target=self._go_on, args=work) for work in works]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(2 * PATIENCE_S)

    def _go_on(self, work: Callable[[Till], None], till: Till) -> None:
        try:
            while not self._stop.wait(self.pause_s * till.dice.uniform(0.5, 1.5)):
                work(till)
        except (RequestFailed, GaveUp) as failure:
            self.failures.append(f"{till.restaurant.tenant.slug}: {failure}")

    def _serve(self, till: Till) -> None:
        takeaway = till.dice.random() < 0.5
        placed = till.place(service_type="takeaway" if takeaway else "dine_in")
        by_card = self.cards and till.dice.random() < 0.3
        till.pay(placed, "card" if by_card else "cash")

    def _cook(self, till: Till) -> None:
        for station in ("kitchen", "bar"):
            till.bump_all(station)
