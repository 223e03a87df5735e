"""Figures: what a measurement says, beside its floor from the same run and its bar."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

LATEST = Path(__file__).parent / "results" / "latest.json"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured value under a flat key.

    `floor` is the best that the parts beneath allow, measured in the same run; `at_most` and
    `at_least` are the bars that the product holds itself to.
    """

    key: str
    value: float
    unit: str
    says: str
    floor: float | None = None
    at_most: float | None = None
    at_least: float | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether the bar is met; None where there is none."""
        if self.at_most is not None:
            return self.value <= self.at_most
        if self.at_least is not None:
            return self.value >= self.at_least
        return None


def percentile(values: Iterable[float], percent: float) -> float:
    """The nearest-rank percentile, 0 < percent ≤ 100; ValueError without values."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, int(rank) - 1)]


def table(figures: Sequence[Figure]) -> str:
    """The figures for a person."""
    rows = [("", "value", "floor", "bar", ""), *map(_row, figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in (0, 4) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def write(figures: Sequence[Figure], path: Path = LATEST) -> None:
    """Keep the figures as one flat JSON object; a floor lies under its key with `_floor`.

    What an earlier run measured and this one did not, stays.
    """
    known = json.loads(path.read_text()) if path.exists() else {}
    for figure in figures:
        known[figure.key] = _rounded(figure.value)
        if figure.floor is not None:
            known[f"{figure.key}_floor"] = _rounded(figure.floor)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")


def _row(figure: Figure) -> tuple[str, str, str, str, str]:
    mark = {None: "", True: "✓ ", False: "✗ "}[figure.is_met]
    bar = ""
    if figure.at_most is not None:
        bar = f"{mark}≤ {figure.at_most:g}"
    elif figure.at_least is not None:
        bar = f"{mark}≥ {figure.at_least:g}"
    floor = "" if figure.floor is None else f"{_rounded(figure.floor):g}"
    value = f"{_rounded(figure.value):g} {figure.unit}".strip()
    return figure.key, value, floor, bar, figure.says


def _rounded(value: float) -> float:
    return float(f"{value:.4g}") if abs(value) < 10_000 else round(value)
