"""Names within a CSV file: each stands once, and other rows refer to it in any case of letters."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.csv_cells import Row
from app.core.csv_rows import fold, quoted

NAME_LIMIT = 60


@dataclass(frozen=True, kw_only=True)
class Index:
    """Rows by name. `what` is the word for one of them in errors ("item")."""

    what: str
    column: str
    rows: tuple[Row, ...]
    spellings: dict[str, str]

    def name_of(self, row: Row) -> str:
        """The name of one of the rows, in the spelling that `find` answers."""
        return self.spellings[fold(row.text(self.column, NAME_LIMIT))]

    def find(self, row: Row, column: str) -> str:
        """What the cell refers to, in the spelling of its own row; "" and an error if nothing."""
        name = row.text(column, NAME_LIMIT, required=True)
        return self.look_up(row, column, name) if name else ""

    def look_up(self, row: Row, column: str, name: str) -> str:
        """As `find`, for a name that is only part of the cell."""
        if fold(name) not in self.spellings:
            near = row.problems.nearest(name, self.spellings.values())
            hint = f"Did you mean {quoted(near)}?" if near else f"Add a row for the {self.what}."
            row.refuse(column, f"There is no {self.what} {quoted(name)}. {hint}")
        return self.spellings.get(fold(name), "")


def index(rows: Iterable[Row], column: str, what: str) -> Index:
    """The rows by the name in `column`, which must be filled in and differ from all others."""
    first: dict[str, Row] = {}
    found = Index(what=what, column=column, rows=tuple(rows), spellings={})
    for row in found.rows:
        name = row.text(column, NAME_LIMIT, required=True)
        found.spellings.setdefault(fold(name), name)
        earlier = first.setdefault(fold(name), row)
        if name and earlier is not row:
            place = f"The {what} {quoted(name)} stands on line {earlier.line} too."
            row.refuse(column, f"{place} Take one out or rename it.")
    return found


def by_parent(rows: Iterable[Row], column: str, parents: Index) -> dict[str, list[Row]]:
    """The rows under the parent that `column` names, by its spelling; an orphan is an error."""
    children: dict[str, list[Row]] = {name: [] for name in parents.spellings.values()}
    for row in rows:
        children.setdefault(parents.find(row, column), []).append(row)
    return children
