"""What one request asks of the database, taken down for `bench.repetition`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from flask import Flask
from psycopg import Connection

from bench.repetition import LIFT, Recording, ids_in
from tests.support.recorder import record_transactions
from tests.support.statement import Statement

LIFT_COUNTERS = "UPDATE location_counter SET value = value + %(lift)s"
LOWER = (
    "UPDATE location_counter SET value = value - %(lift)s",
    "UPDATE orders SET number = number - %(lift)s WHERE number > %(lift)s",
    "UPDATE outbox SET seq = seq - %(lift)s WHERE seq > %(lift)s",
)


@contextmanager
def high_numbers(owner: Connection) -> Iterator[None]:
    """Inside the block every counter of a location gives numbers above a million."""
    owner.execute(LIFT_COUNTERS, {"lift": LIFT})
    try:
        yield
    finally:
        for statement in LOWER:
            owner.execute(statement, {"lift": LIFT})


def record(app: Flask, request: Callable[[], None]) -> Recording:
    """Take down `request`, made twice: ids that differ between the two are its own."""
    with record_transactions(app) as first:
        request()
    with record_transactions(app) as second:
        request()
    return Recording(first, _ids_of(first) - _ids_of(second))


def _ids_of(transactions: list[list[Statement]]) -> set[UUID]:
    return {
        found
        for statements in transactions
        for statement in statements
        for parameters in statement.parameters
        for value in parameters.values()
        for found in ids_in(value)
    }
