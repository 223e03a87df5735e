"""Many rows of a tenant at once, found again by name: what imports are made of."""

from collections.abc import Hashable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import InstrumentedAttribute

from app.core.csv_rows import Problems, fold, quoted
from app.core.db import execute
from app.core.ids import new_id
from app.core.inserting import Values, insert_rows
from app.core.tenant import current_tenant_id


class IdsByName:
    """Ids by parent and name: those that a table has, and new ones for what is new."""

    def __init__(self, model: type[Any], parent: InstrumentedAttribute[UUID] | None = None) -> None:
        above = model.id if parent is None else parent
        rows = execute(
            select(model.id, model.name, above.label("above")).where(
                model.tenant_id == current_tenant_id()
            )
        ).all()
        self._ids: dict[Hashable, UUID] = {
            (None if parent is None else row.above, fold(row.name)): row.id for row in rows
        }
        self.known = frozenset(self._ids.values())

    def of(self, name: str, parent: UUID | None = None) -> UUID:
        """The id of a name under its parent; the case of letters does not count."""
        key = (parent, fold(name))
        if key not in self._ids:
            self._ids[key] = new_id()
        return self._ids[key]


def spellings(model: type[Any], *conditions: ColumnElement[bool]) -> dict[str, str]:
    """The names in a table, by their folded form."""
    names = execute(
        select(model.name).where(model.tenant_id == current_tenant_id(), *conditions)
    ).scalars()
    return {fold(name): name for name in names}


def refuse_unknown(
    problems: Problems, line: int, column: str, what: str, name: str, known: dict[str, str]
) -> None:
    """Note an error where a cell names something that a table does not have; "" names nothing."""
    if not name or fold(name) in known:
        return
    near = problems.nearest(name, known.values())
    hint = f"Did you mean {quoted(near)}?" if near else "Set it up first, or correct the cell."
    problems.add(line, column, f"There is no {what} {quoted(name)}. {hint}")


def put_rows(model: type[Any], rows: Sequence[Values]) -> None:
    """Insert rows, or update those that have these ids; all name the same columns."""
    if not rows:
        return
    statement = upsert(model)
    values = {name: statement.excluded[name] for name in rows[0] if name != "id"}
    execute(
        statement.on_conflict_do_update(index_elements=["tenant_id", "id"], set_=values),
        [{"tenant_id": current_tenant_id(), **row} for row in rows],
    )


def replace_rows(
    model: type[Any],
    owner: InstrumentedAttribute[UUID],
    owner_ids: Sequence[UUID],
    rows: Sequence[Values],
) -> None:
    """Replace all rows that hang on some owners."""
    execute(delete(model).where(model.tenant_id == current_tenant_id(), owner.in_(owner_ids)))
    insert_rows(model, rows)
