"""Counts what is asked of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from app.core.db import db


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
