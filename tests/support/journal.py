"""What clients asked for and what they were told, written down to be held against the database."""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection

from app.replay.browser import Browser

Act = Literal["place", "cash", "card", "bump"]
Answer = Mapping[str, Any]

ORDERS = """
SELECT o.id::text, b.id::text, b.total_minor,
       (SELECT coalesce(sum(l.quantity), 0)::int FROM order_line l
        WHERE l.tenant_id = o.tenant_id AND l.order_id = o.id)
FROM orders o JOIN bill b ON b.tenant_id = o.tenant_id AND b.order_id = o.id
WHERE o.tenant_id = %s
"""
PAYMENTS = "SELECT id::text, bill_id::text, amount_minor, tender FROM payment WHERE tenant_id = %s"
RESULTS = "SELECT key, result ->> 'id' FROM idempotency WHERE tenant_id = %s"


@dataclass(frozen=True, kw_only=True)
class Gesture:
    """One thing a person did, however often it was sent. Amounts in minor units."""

    key: UUID
    act: Act
    bill_id: str = ""
    amount_minor: int = 0
    portions: int = 0


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One request: its status, or None and the error where no answer came. Times in seconds."""

    key: str
    path: str
    status: int | None
    error: str
    retry_after: str | None
    began: float
    took_s: float


@dataclass
class Journal:
    """Every request of a restaurant's clients and every answer to a gesture. Thread-safe."""

    entries: list[Entry] = field(default_factory=list)
    gestures: dict[UUID, Gesture] = field(default_factory=dict)
    answers: defaultdict[UUID, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, gesture: Gesture) -> None:
        """A gesture is about to be sent for the first time."""
        with self._lock:
            self.gestures[gesture.key] = gesture

    def note(self, entry: Entry) -> None:
        """A request ended."""
        with self._lock:
            self.entries.append(entry)

    def acknowledge(self, key: UUID, answer: Answer) -> None:
        """A gesture was answered with success."""
        with self._lock:
            self.answers[key].append(answer)

    def statuses(self) -> Counter[int | None]:
        """How often each status came; None where no answer did."""
        with self._lock:
            return Counter(entry.status for entry in self.entries)

    def posts_s(self, since: float = 0.0) -> list[float]:
        """How long each answered gesture took that was sent after `since` (time.monotonic())."""
        with self._lock:
            return [e.took_s for e in self.entries if e.key and e.status and e.began >= since]

    def acknowledged(self, act: Act) -> int:
        """How many gestures of a kind were answered with success."""
        with self._lock:
            return sum(self.gestures[key].act == act for key in self.answers)


class Witness(Browser):
    """A browser that writes down every request it makes, repeats and failures too."""

    def __init__(self, base_url: str, journal: Journal) -> None:
        super().__init__(base_url)
        self._journal = journal

    def exchange(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[HTTPResponse, str]:
        """See Browser."""
        key, began = headers.get("Idempotency-Key", ""), time.monotonic()
        try:
            response, text = super().exchange(method, path, body, headers)
        except (OSError, HTTPException) as error:
            self._note(key, path, began, error=type(error).__name__)
            raise
        self._note(key, path, began, response.status, response.headers.get("Retry-After"))
        return response, text

    def _note(
        self,
        key: str,
        path: str,
        began: float,
        status: int | None = None,
        retry_after: str | None = None,
        error: str = "",
    ) -> None:
        entry = Entry(
            key=key,
            path=path,
            status=status,
            error=error,
            retry_after=retry_after,
            began=began,
            took_s=time.monotonic() - began,
        )
        self._journal.note(entry)


def check_journal(
    owner: Connection, tenant_id: UUID, journal: Journal, allowed: frozenset[int]
) -> list[str]:
    """What the journal and the database of a restaurant do not agree about, as sentences.

    `allowed` are the statuses that clients may have seen beside 2xx and redirects.
    """
    return [
        *_refusals(journal, allowed),
        *_unsteady(journal),
        *_orders(owner, tenant_id, journal),
        *_payments(owner, tenant_id, journal),
    ]


def _refusals(journal: Journal, allowed: frozenset[int]) -> list[str]:
    told = [e for e in journal.entries if e.status is not None]
    return [
        *(
            f"{e.path} answered {e.status}"
            for e in told
            if not 200 <= (e.status or 0) < 400 and e.status not in allowed
        ),
        *(f"{e.path} answered 503 without Retry-After" for e in told if _is_bare(e)),
    ]


def _is_bare(entry: Entry) -> bool:
    return entry.status == 503 and entry.retry_after is None


def _unsteady(journal: Journal) -> list[str]:
    return [
        f"the key {key} was answered in different ways: {answers}"
        for key, answers in journal.answers.items()
        if any(answer != answers[0] for answer in answers)
    ]


def _orders(owner: Connection, tenant_id: UUID, journal: Journal) -> list[str]:
    there = {row[0]: row[1:] for row in owner.execute(ORDERS, [tenant_id]).fetchall()}
    asked = {str(g.key): g for g in journal.gestures.values() if g.act == "place"}
    wrong = [f"the order {order_id} was never asked for" for order_id in there.keys() - asked]
    for key, gesture in asked.items():
        told = journal.answers.get(gesture.key)
        if not told:
            continue
        promised = (told[0]["bill_id"], told[0]["total_minor"], gesture.portions)
        if there.get(key) != promised:
            wrong.append(f"the order {key} was acknowledged as {promised}, is {there.get(key)}")
    return wrong


def _payments(owner: Connection, tenant_id: UUID, journal: Journal) -> list[str]:
    there = {row[0]: row[1:] for row in owner.execute(PAYMENTS, [tenant_id]).fetchall()}
    made = {key: there.get(made) for key, made in owner.execute(RESULTS, [tenant_id]) if made}
    asked = {str(g.key): g for g in journal.gestures.values() if g.act in ("cash", "card")}
    wrong = [
        f"the payment {key} was acknowledged and is not there"
        for key, gesture in asked.items()
        if gesture.key in journal.answers and key not in made
    ]
    for key, found in made.items():
        gesture = asked.get(key)
        if gesture and found != (gesture.bill_id, gesture.amount_minor, gesture.act):
            wrong.append(f"the payment {key} is {found}")
    if len(there) != len(made.keys() & asked.keys()):
        wrong.append(f"{len(there)} payments for {len(made)} gestures")
    return wrong
