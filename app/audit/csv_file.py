"""The trail as CSV, a row an entry, safe to open in a spreadsheet."""

import csv
import io
import json
from collections.abc import Iterable, Iterator

from app.audit.queries import Entry
from app.core.csv_cells import text_cell
from app.core.model import Json

HEAD = (
    "at",
    "person",
    "person_id",
    "approved_by",
    "act",
    "in_words",
    "object_kind",
    "object_id",
    "object",
    "location",
    "reason",
    "before",
    "after",
    "times",
    "network",
)


def trail_csv(entries: Iterable[Entry]) -> Iterator[str]:
    """One line at a time; times in UTC, `before` and `after` as JSON."""
    yield _line(HEAD)
    for entry in entries:
        yield _line(map(text_cell, _cells(entry)))


def _cells(entry: Entry) -> tuple[str, ...]:
    return (
        entry.at.isoformat(timespec="milliseconds"),
        entry.who,
        str(entry.actor_id or ""),
        entry.approver,
        entry.act,
        entry.what,
        entry.kind,
        str(entry.object_id),
        entry.object,
        entry.place.name if entry.place else "",
        entry.reason,
        _json(entry.before),
        _json(entry.after),
        str(entry.times),
        entry.network,
    )


def _json(values: Json | None) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True) if values else ""


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
