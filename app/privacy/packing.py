"""A ZIP of JSON lines, one file a table, and one page to read; written a few rows at a time."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from flask import current_app
from sqlalchemy import Select

from app.core import clock
from app.core.db import execute
from app.privacy.files import draft_of

AT_ONCE = 500
SHOWN = 200  # rows of each table on the page; the rest stands in the JSON


@dataclass(frozen=True)
class Part:
    """One file of the pack: the rows of one statement."""

    name: str
    statement: Select[Any]


@dataclass
class _Shown:
    """A table as the page has it."""

    name: str
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    count: int = 0


def pack(path: Path, title: str, facts: Mapping[str, str], parts: Iterable[Part]) -> int:
    """Write the ZIP under `path`, whole or not at all; returns its size in bytes.

    `facts` stand at the head of the page and in facts.json.
    """
    draft = draft_of(path)
    with ZipFile(draft, "w", ZIP_DEFLATED) as archive:
        archive.writestr("facts.json", json.dumps(facts, ensure_ascii=False, indent=1))
        tables = [table for part in parts if (table := _write(archive, part)).count]
        page = current_app.jinja_env.get_template("privacy/pack.html")
        archive.writestr(
            "index.html",
            page.render(title=title, facts=facts, tables=tables, shown=SHOWN, at=clock.now()),
        )
    size = draft.stat().st_size
    draft.replace(path)
    return size


def _write(archive: ZipFile, part: Part) -> _Shown:
    table = _Shown(part.name)
    rows = _rows(part.statement)
    first = next(rows, None)
    if first is None:
        return table
    table.columns = list(first)
    with archive.open(f"{part.name}.jsonl", "w", force_zip64=True) as out:
        for row in chain([first], rows):
            out.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
            table.count += 1
            if table.count <= SHOWN:
                table.rows.append([_text(value) for value in row.values()])
    return table


def _rows(statement: Select[Any]) -> Iterator[dict[str, Any]]:
    for row in execute(statement.execution_options(yield_per=AT_ONCE)):
        yield {name: _plain(value) for name, value in row._mapping.items()}


def _plain(value: Any) -> Any:
    """A value as JSON has it: bytes in hexadecimal, the rest that JSON lacks as text."""
    if isinstance(value, bytes):
        return value.hex()
    if value is None or isinstance(value, (bool, int, float, str, list, dict)):
        return value
    return str(value)


def _text(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)
