"""Prices in time: what a new price of a list does to those that the list has."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class PriceSpan:
    """From when until before when a price holds; None: since ever, without end."""

    id: UUID
    starts: datetime | None
    ends: datetime | None


@dataclass(frozen=True, kw_only=True)
class PriceChange:
    """Prices that end, prices that are dropped before they begin, and how long a new one holds."""

    ended: tuple[UUID, ...]
    dropped: tuple[UUID, ...]
    until: datetime | None = None


def begin_price(spans: Iterable[PriceSpan], start: datetime) -> PriceChange:
    """Make room for a price from `start` on: it holds until the next one that is planned."""
    known = list(spans)
    later = [span.starts for span in known if span.starts and span.starts > start]
    return PriceChange(
        ended=tuple(span.id for span in known if _runs_across(span, start)),
        dropped=tuple(span.id for span in known if span.starts == start),
        until=min(later, default=None),
    )


def end_prices(spans: Iterable[PriceSpan], now: datetime) -> PriceChange:
    """End what holds at `now` and drop what is planned: the list says nothing any more."""
    known = list(spans)
    return PriceChange(
        ended=tuple(span.id for span in known if _runs_across(span, now)),
        dropped=tuple(span.id for span in known if span.starts and span.starts >= now),
    )


def _runs_across(span: PriceSpan, at: datetime) -> bool:
    began = span.starts is None or span.starts < at
    return began and (span.ends is None or span.ends > at)
