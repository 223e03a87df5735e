"""What one request asks of the database, taken down so that bare psycopg can ask it again.

Ids that were made for the request are made anew at each repetition, and numbers that a counter
gave are taken from the repetition's own answer: it writes real rows, as the request did.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from flask import Flask
from psycopg import Connection

from app.core.ids import new_id
from tests.support.recorder import Statement, record_transactions

# Numbers of a counter are told from other integers by their size while a request is taken down.
LIFT = 1_000_000
LIFT_COUNTERS = "UPDATE location_counter SET value = value + %(lift)s"
LOWER = (
    "UPDATE location_counter SET value = value - %(lift)s",
    "UPDATE orders SET number = number - %(lift)s WHERE number > %(lift)s",
    "UPDATE outbox SET seq = seq - %(lift)s WHERE seq > %(lift)s",
)
COUNTER = "INSERT INTO location_counter"
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMBER = re.compile(r"\b10\d{5}\b")

Value: TypeAlias = Any
Parameters: TypeAlias = dict[str, Value]


@dataclass(frozen=True)
class Recording:
    """Transactions, each a list of statements, and the ids that were made for the request."""

    transactions: list[list[Statement]]
    ids: set[UUID]

    @property
    def round_trips(self) -> int:
        """Statements, BEGIN and COMMIT included."""
        return sum(len(statements) + 2 for statements in self.transactions)


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
        for found in _ids_in(value)
    }


def _ids_in(value: Value) -> set[UUID]:
    if isinstance(value, UUID):
        return {value}
    if isinstance(value, list):
        return {found for one in value for found in _ids_in(one)}
    return {UUID(found) for found in _ID.findall(value)} if isinstance(value, str) else set()


class Repetition:
    """Asks the same again over a bare connection, as often as wanted."""

    def __init__(self, recording: Recording, connection: Connection) -> None:
        self._connection = connection
        self._ids = recording.ids
        self._transactions = [
            [(one, [self._own(parameters) for parameters in one.parameters]) for one in statements]
            for statements in recording.transactions
        ]

    def __call__(self) -> None:
        """One request's worth."""
        ids = {known: new_id() for known in self._ids}
        number = 0
        for statements in self._transactions:
            for statement, own in statements:
                filled = [
                    _filled(parameters, names, ids, number)
                    for parameters, names in zip(statement.parameters, own, strict=True)
                ]
                if statement.is_many:
                    self._connection.cursor().executemany(statement.sql, filled)
                    continue
                cursor = self._connection.execute(statement.sql, filled[0] or None)
                rows = cursor.fetchall() if cursor.description else []
                if statement.sql.startswith(COUNTER):
                    number = int(rows[0][0])
            self._connection.commit()

    def _own(self, parameters: Parameters) -> tuple[str, ...]:
        """The names of the parameters that differ at each repetition."""
        return tuple(
            name
            for name, value in parameters.items()
            if _ids_in(value) & self._ids or _has_number(value)
        )


def _has_number(value: Value) -> bool:
    if isinstance(value, str):
        return _NUMBER.search(value) is not None
    return isinstance(value, int) and value > LIFT


def _filled(
    parameters: Parameters, names: tuple[str, ...], ids: dict[UUID, UUID], number: int
) -> Parameters:
    if not names:
        return parameters
    return parameters | {name: _own_value(parameters[name], ids, number) for name in names}


def _own_value(value: Value, ids: dict[UUID, UUID], number: int) -> Value:
    if isinstance(value, list):
        return [_own_value(one, ids, number) for one in value]
    if isinstance(value, int):
        return number
    if isinstance(value, UUID):
        return ids.get(value, value)
    with_ids = _ID.sub(lambda found: str(ids.get(UUID(found[0]), found[0])), value)
    return _NUMBER.sub(str(number), with_ids)
