"""What is asked of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from app.core.db import db
from tests.support.statement import Statement


@contextmanager
def record_transactions(app: Flask) -> Iterator[list[list[Statement]]]:
    """The statements sent inside the block with their parameters, by transaction."""
    transactions: list[list[Statement]] = []

    def begin(_connection: Any) -> None:
        transactions.append([])

    def note(_connection: Any, _cursor: Any, sql: str, parameters: Any, *_: Any) -> None:
        is_many = isinstance(parameters, list)
        each = tuple(dict(one or {}) for one in (parameters if is_many else [parameters]))
        transactions[-1].append(Statement(sql, each, is_many))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "begin", begin)
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield transactions
    finally:
        event.remove(engine, "begin", begin)
        event.remove(engine, "before_cursor_execute", note)


@contextmanager
def record_queries(app: Flask) -> Iterator[list[str]]:
    """The statements sent inside the block, without those that set the tenant or look it up.

    A process remembers a tenant for some seconds: whether it asks depends on the time of day.
    """
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("SET LOCAL") and "app.tenant_by_" not in statement:
            statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
