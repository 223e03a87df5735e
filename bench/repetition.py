"""A request's statements asked again in bare psycopg, as often as wanted.

Ids that were made for the request are made anew each time, and numbers that a counter gave are
taken from the repetition's own answer: it writes real rows, as the request did. Imports little, so
that a process of this starts at once.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from psycopg import Connection

from app.core.ids import new_id
from tests.support.statement import Statement

# Numbers of a counter are told from other integers by their size while a request is taken down.
LIFT = 1_000_000
COUNTER = "INSERT INTO location_counter"
_ID = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_OWN = re.compile(_ID.pattern + r"|\b(10\d{5})\b")

Value: TypeAlias = Any
# The value of a parameter from the ids and the number of one repetition.
Fill: TypeAlias = Callable[[dict[UUID, UUID], int], Value]


@dataclass(frozen=True)
class Recording:
    """Transactions, each a list of statements, and the ids that were made for the request."""

    transactions: list[list[Statement]]
    ids: set[UUID]

    @property
    def round_trips(self) -> int:
        """Statements, BEGIN and COMMIT included."""
        return sum(len(statements) + 2 for statements in self.transactions)


def ids_in(value: Value) -> set[UUID]:
    """The ids that a parameter holds."""
    if isinstance(value, UUID):
        return {value}
    if isinstance(value, list):
        return {found for one in value for found in ids_in(one)}
    return {UUID(found) for found in _ID.findall(value)} if isinstance(value, str) else set()


class Repetition:
    """Asks the same again over a bare connection."""

    def __init__(self, recording: Recording, connection: Connection) -> None:
        self._connection = connection
        self._ids = recording.ids
        self._transactions = [
            [(one, [self._fills(known) for known in one.parameters]) for one in statements]
            for statements in recording.transactions
        ]

    def __call__(self) -> None:
        """One request's worth."""
        ids = {known: new_id() for known in self._ids}
        number = 0
        for statements in self._transactions:
            for statement, fills in statements:
                filled = [
                    known | {name: fill(ids, number) for name, fill in own.items()}
                    for known, own in zip(statement.parameters, fills, strict=True)
                ]
                if statement.is_many:
                    self._connection.cursor().executemany(statement.sql, filled)
                    continue
                cursor = self._connection.execute(statement.sql, filled[0] or None)
                rows = cursor.fetchall() if cursor.description else []
                if statement.sql.startswith(COUNTER):
                    number = int(rows[0][0])
            self._connection.commit()

    def _fills(self, parameters: dict[str, Value]) -> dict[str, Fill]:
        """What differs at each repetition, by name."""
        found = {name: self._fill(value) for name, value in parameters.items()}
        return {name: fill for name, fill in found.items() if fill}

    def _fill(self, value: Value) -> Fill | None:
        if isinstance(value, UUID):
            return (lambda ids, _: ids[value]) if value in self._ids else None
        if isinstance(value, list):
            own = ids_in(value) & self._ids
            return (lambda ids, _: [ids.get(one, one) for one in value]) if own else None
        if isinstance(value, int):
            return (lambda _, number: number) if value > LIFT else None
        return self._fill_text(value) if isinstance(value, str) else None

    def _fill_text(self, value: str) -> Fill | None:
        """A text cut where it differs, so that filling it in is one join."""
        parts: list[str | UUID | None] = []
        end = 0
        for found in _OWN.finditer(value):
            own = UUID(found[1]) if found[1] else None
            if own is None or own in self._ids:
                parts += [value[end : found.start()], own]
                end = found.end()
        if not parts:
            return None
        parts.append(value[end:])

        def fill(ids: dict[UUID, UUID], number: int) -> str:
            texts = (
                part if isinstance(part, str) else str(ids[part] if part else number)
                for part in parts
            )
            return "".join(texts)

        return fill
