"""A ZIP of JSON lines, and one page to read: written in pieces, a few rows at a time.

A table has one file, and one more for every FILE_ROWS rows. Between two pieces the draft is a
whole ZIP, and Progress says how far it goes.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from flask import current_app
from sqlalchemy import Column, ColumnElement, Select, Uuid, literal, tuple_

from app.core import clock
from app.core.db import execute
from app.core.keyring import is_sealed
from app.privacy.files import draft_of

AT_ONCE = 500
FILE_ROWS = 20_000
SHOWN = 200  # rows of each table on the page; the rest stands in the JSON


@dataclass(frozen=True)
class Part:
    """A table of the pack: the rows of one statement, in the order of the columns of `key`."""

    name: str
    statement: Select[Any]
    key: tuple[Column[Any], ...]


@dataclass
class Progress:
    """How far a draft goes, as JSON can keep it.

    `counts` are rows by part, `cut` is the part of which there are more, and `after` the key of
    its last row; `size` are the draft's bytes.
    """

    counts: dict[str, int] = field(default_factory=dict)
    cut: str | None = None
    after: list[Any] = field(default_factory=list)
    size: int = 0

    def has_whole(self, name: str) -> bool:
        """Whether all rows of a part are written."""
        return name in self.counts and name != self.cut


@dataclass(frozen=True)
class _Shown:
    """A table as the page has it."""

    name: str
    count: int
    columns: list[str]
    rows: list[list[str]]


def pack_on(path: Path, progress: Progress, parts: Iterable[Part], seconds: float) -> bool:
    """Write on for so long; True once all parts are written. Moves `progress` on.

    A draft that is not as `progress` has it (somebody was killed over it) is begun anew.
    """
    draft, until = draft_of(path), time.monotonic() + seconds
    if not (draft.is_file() and draft.stat().st_size == progress.size):
        progress.counts, progress.cut, progress.size = {}, None, 0
    with ZipFile(draft, "a" if progress.size else "w", ZIP_DEFLATED) as archive:
        files = _write_files(archive, parts, progress)
        is_whole = all(time.monotonic() < until for _ in files)
    progress.size = draft.stat().st_size
    return is_whole


def finish(path: Path, progress: Progress, title: str, facts: Mapping[str, str]) -> int:
    """Add the page and have the draft under `path`; returns its size in bytes.

    `facts` stand at the head of the page and in facts.json.
    """
    draft = draft_of(path)
    with ZipFile(draft, "a", ZIP_DEFLATED) as archive:
        archive.writestr("facts.json", json.dumps(facts, ensure_ascii=False, indent=1))
        counts = sorted(progress.counts.items())
        tables = [_shown(archive, name, count) for name, count in counts if count]
        page = current_app.jinja_env.get_template("privacy/pack.html").render(
            title=title,
            facts=facts,
            tables=tables,
            shown=SHOWN,
            file_rows=FILE_ROWS,
            at=clock.now(),
        )
        archive.writestr("index.html", page)
    size = draft.stat().st_size
    draft.replace(path)
    return size


def _write_files(archive: ZipFile, parts: Iterable[Part], progress: Progress) -> Iterator[None]:
    """Write what is missing, and stop after each file."""
    for part in parts:
        while not progress.has_whole(part.name):
            _write_file(archive, part, progress)
            yield


def _write_file(archive: ZipFile, part: Part, progress: Progress) -> None:
    written = progress.counts.setdefault(part.name, 0)
    rows = _rows(part, progress.after if part.name == progress.cut else [])
    count, last = 0, next(rows, None)
    if last is not None:
        with archive.open(_file_name(part.name, written), "w", force_zip64=True) as out:
            for last in chain([last], rows):  # noqa: B020 (the last one is what it is about)
                out.write(json.dumps(last, ensure_ascii=False).encode() + b"\n")
                count += 1
    progress.counts[part.name] = written + count
    progress.cut = part.name if count == FILE_ROWS else None
    progress.after = [last[column.name] for column in part.key] if last else []


def _file_name(name: str, written: int) -> str:
    number = written // FILE_ROWS + 1
    return f"{name}.jsonl" if number == 1 else f"{name}-{number}.jsonl"


def _rows(part: Part, after: list[Any]) -> Iterator[dict[str, Any]]:
    statement = part.statement.order_by(*part.key).limit(FILE_ROWS)
    if after:
        statement = statement.where(_is_after(part.key, after))
    for row in execute(statement.execution_options(yield_per=AT_ONCE)):
        yield {name: _plain(value) for name, value in row._mapping.items()}


def _is_after(key: tuple[Column[Any], ...], after: list[Any]) -> ColumnElement[bool]:
    values = [
        literal(UUID(value) if isinstance(column.type, Uuid) else value, column.type)
        for column, value in zip(key, after, strict=True)
    ]
    is_after: ColumnElement[bool] = tuple_(*key) > tuple_(*values)
    return is_after


def _shown(archive: ZipFile, name: str, count: int) -> _Shown:
    with archive.open(f"{name}.jsonl") as lines:
        rows = [json.loads(line) for _, line in zip(range(SHOWN), lines, strict=False)]
    shown = [[_text(value) for value in row.values()] for row in rows]
    return _Shown(name, count, list(rows[0]), shown)


def _plain(value: Any) -> Any:
    """A value as JSON has it: bytes in hexadecimal, the rest that JSON lacks as text.

    What is sealed is kept back, wherever it stands.
    """
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, bytes):
        return value.hex()
    if is_sealed(value):
        return None
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _text(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)
