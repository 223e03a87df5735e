"""The database: engine, session, and the one owner of commits.

The tenant in scope is put into every transaction as it begins (`SET LOCAL`), which
row-level security reads; outside any tenant the value is empty and every tenant-owned table
refuses.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Connection,
    CursorResult,
    Engine,
    Executable,
    any_,
    bindparam,
    event,
    text,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import InstrumentedAttribute, Session, SessionTransaction

from app.core import crash
from app.core.model import Base
from app.core.patience import PatientConnection
from app.core.settings import sqlalchemy_url
from app.core.tenant import current_tenant_id, find_tenant_id

STATEMENT_TIMEOUT_MS = 5_000
LOCK_TIMEOUT_MS = 2_000
LONG_READ_MS = 20_000
# Taps and screens together ask some 150 different statements all day long.
MOST_PREPARED = 300


def engine_for(tenant_id: UUID | None) -> Engine:  # noqa: ARG001 one cluster holds all, so far
    """The engine that holds a tenant's rows: the one place to spread tenants over clusters."""
    return db.engine


class TenantSession(FlaskSession):
    """A session on the engine of the tenant in scope."""

    def get_bind(self, *_args: Any, **_options: Any) -> Engine:
        """See `engine_for`."""
        return engine_for(find_tenant_id())

    def rollback(self) -> None:
        """Roll back, where there is still something to roll back."""
        _end(super().rollback)

    def close(self) -> None:
        """End what was read. The answer is made by now: it stands, whatever the server does.

        What was written has ended with `transaction()`. By COMMIT, for at a ROLLBACK psycopg
        forgets every statement that it has prepared.
        """
        with suppress(SQLAlchemyError):
            if self.in_transaction():
                self.commit()
        _end(super().close)


def _end(act: Callable[[], None]) -> None:
    """End a transaction; one on a lost connection has ended by itself."""
    try:
        act()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        act()  # it is thrown away by now, and the session still holds on to it


db = SQLAlchemy(
    model_class=Base, session_options={"class_": TenantSession, "expire_on_commit": False}
)


def init_db(app: Flask, url: str) -> None:
    """Bind the application to the server at `url` (a postgresql:// address)."""
    app.config["SQLALCHEMY_DATABASE_URI"] = sqlalchemy_url(url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        # The parameters of a statement that failed hold names and secrets: not for the logs.
        "hide_parameters": True,
        "pool_size": 8,
        "max_overflow": 8,
        "pool_use_lifo": True,
        "pool_timeout": 3,
        "connect_args": {
            "connect_timeout": 3,
            "tcp_user_timeout": 5000,
            "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS}"
            f" -c lock_timeout={LOCK_TIMEOUT_MS} -c timezone=UTC",
        },
    }
    db.init_app(app)
    with app.app_context():
        event.listen(db.engine, "do_connect", _connect)


def _connect(_dialect: Any, _record: Any, where: Any, options: Any) -> PatientConnection:
    connection = PatientConnection.connect(*where, **options)
    connection.prepared_max = MOST_PREPARED
    return connection


@event.listens_for(Session, "after_begin")
def _bind_tenant(_session: Session, began: SessionTransaction, connection: Connection) -> None:
    if not began.nested:
        set_tenant(connection, find_tenant_id())


def set_tenant(connection: Connection, tenant_id: UUID | None) -> None:
    """Say to the database whose rows this transaction may touch."""
    value = "" if tenant_id is None else str(UUID(str(tenant_id)))
    connection.exec_driver_sql(f"SET LOCAL app.tenant_id = '{value}'")


@dataclass
class _Open:
    """The outermost transaction of this context, and what waits for its end."""

    doomed: bool = False
    before_commit: dict[str, Callable[[], None]] = field(default_factory=dict)
    after_commit: dict[str, Callable[[], None]] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)


_BY_KEYS = text(
    "SELECT set_config('enable_sort', 'off', true),"
    " set_config('statement_timeout', :patience, true)"
)

_open: ContextVar[_Open | None] = ContextVar("transaction", default=None)


def session() -> Session:
    """The session of this application context."""
    return cast("Session", db.session())


def execute(statement: Executable, parameters: Any = None) -> CursorResult[Any]:
    """Run a Core statement on the session's own connection, so that the tenant is set.

    The row count of an INSERT is kept too: it tells what ON CONFLICT left out.
    """
    options = {"preserve_rowcount": True}
    connection = session().connection()
    return cast(
        "CursorResult[Any]", connection.execute(statement, parameters, execution_options=options)
    )


def of_tenant(model: type[Any]) -> ColumnElement[bool]:
    """The rows of the tenant in scope, in a statement that is built once and kept for `run`."""
    is_ours: ColumnElement[bool] = model.tenant_id == bindparam("of_tenant")
    return is_ours


def among(column: InstrumentedAttribute[Any], name: str) -> ColumnElement[bool]:
    """Whether a column is one of a list, in a kept statement: `name` is the list's parameter.

    Unlike IN it is one statement however long the list, which PostgreSQL plans once.
    """
    values: BindParameter[Any] = bindparam(name, type_=ARRAY(column.type))
    return column == any_(values)


def run(statement: Executable, **values: Any) -> CursorResult[Any]:
    """Run a kept statement (see `of_tenant`) with the values of its parameters.

    Building a statement costs more than running it: what every order asks is built once. The
    parameters of an UPDATE must not have the names of its columns.
    """
    return execute(statement, {"of_tenant": current_tenant_id(), **values})


@contextmanager
def transaction() -> Iterator[Session]:
    """All or nothing. Joins a transaction that is open already; the outermost one commits.

    An error that leaves an inner block dooms the whole, even where somebody outside
    catches it: half a command is never committed.
    """
    outer = _open.get()
    if outer is not None:
        try:
            yield session()
        except BaseException:
            outer.doomed = True
            raise
        return
    opened = _Open()
    token = _open.set(opened)
    try:
        yield session()
        _commit(opened)
    except BaseException:
        session().rollback()
        raise
    finally:
        _open.reset(token)
    for act in opened.after_commit.values():
        act()


def _commit(opened: _Open) -> None:
    if opened.doomed:
        raise RuntimeError("a failed inner transaction was not passed on")
    while opened.before_commit:
        opened.before_commit.pop(min(opened.before_commit))()
    crash.point("before-commit")
    session().commit()
    crash.point("after-commit")


def _current() -> _Open:
    opened = _open.get()
    if opened is None:
        raise RuntimeError("this belongs inside core.db.transaction()")
    return opened


def before_commit(name: str, act: Callable[[], None]) -> None:
    """Run `act` once, last in the open transaction (for rows that are locked last), by name."""
    _current().before_commit.setdefault(name, act)


def after_commit(name: str, act: Callable[[], None]) -> None:
    """Run `act` once, when the open transaction has been committed."""
    _current().after_commit.setdefault(name, act)


def notes(name: str, default: Callable[[], Any]) -> Any:
    """A scratch value that lives as long as the open transaction."""
    return _current().notes.setdefault(name, default())


def read_by_keys() -> None:
    """Have the open transaction go through tables in the order of their keys, LONG_READ_MS a part.

    Knowing no tenant by name (docs/decisions/tenant-statistics.md), the planner takes every table
    for a small one, and would sort all of it to give out its first rows.
    """
    execute(_BY_KEYS, {"patience": str(LONG_READ_MS)})


def end_reading() -> None:
    """Give the connection back where nothing was written."""
    if _open.get() is None:
        session().commit()
