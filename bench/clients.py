"""Clients that place orders, each a process of its own: loads little, so that it starts at once."""

import json
from collections.abc import Callable
from typing import Any

from psycopg import connect

from app.core.ids import new_id
from bench.repetition import Recording, Repetition
from bench.wire import Wire


def client(argument: tuple[str, dict[str, str], str, list[dict[str, Any]]]) -> Callable[[], None]:
    """A tablet that places orders: (base URL, headers, path, lines)."""
    url, headers, path, menu = argument
    wire = Wire(url, headers)

    def place() -> None:
        order_id, body = order_of(menu)
        answer = wire.post(path, body, "application/json", order_id)
        if answer.status != 201:
            raise RuntimeError(f"{answer.status}: {answer.body[:300]!r}")

    return place


def bare_client(argument: tuple[str, Recording]) -> Callable[[], None]:
    """A connection that asks what an order asks: (address, recording)."""
    url, recording = argument
    return Repetition(recording, connect(url))


def order_of(menu: list[dict[str, Any]]) -> tuple[str, bytes]:
    """A new order's id and its request's body."""
    order_id = str(new_id())
    lines = [{"line_id": str(new_id()), **line} for line in menu]
    content = {
        "order_id": order_id,
        "service_type": "dine_in",
        "pickup_name": "Bench",
        "lines": lines,
    }
    return order_id, json.dumps(content).encode()
