"""The dashboard's figures as its templates draw them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import url_for
from flask_babel import format_date, format_percent
from flask_babel import gettext as _

from app.core.locale import money
from app.core.money import exponent
from app.reporting.queries.dashboard import Dashboard, Figures
from app.reporting.queries.report import DayReport
from app.tenancy.queries import LocationView

STEPS = (1, 2, 5, 10)


@dataclass(frozen=True, kw_only=True)
class Card:
    """One figure of the day; `mood` says whether its change is good (up), bad (down) or neither."""

    label: str
    figure: str
    change: str = ""
    mood: str = ""
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A line of the scale."""

    value: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A bar of the chart; `then` None where there is nothing to compare with."""

    label: str
    value: int
    text: str
    part: bool = False
    then: int | None = None
    then_text: str = ""


def cards(location: LocationView, board: Dashboard) -> list[Card]:
    """The row of figures, each with its change from last week where there is one."""
    currency, room, average = location.currency, board.room, board.now.sales.average_minor
    weekday = format_date(board.then_date, "EEEE", rebase=False)
    return [
        Card(
            label=_("Net sales"),
            figure=money(board.now.ledger.net_minor, currency),
            **_change(board, lambda day: day.ledger.net_minor, _(" to last %(day)s", day=weekday)),
        ),
        Card(
            label=_("Orders"),
            figure=str(board.now.orders),
            **_change(board, lambda day: day.orders),
        ),
        Card(
            label=_("Average bill"),
            figure="–" if average is None else money(average, currency),
            **_change(board, lambda day: day.sales.average_minor),
        ),
        Card(
            label=_("Guests seated"),
            figure=str(room.guests),
            change=_("of %(n)s seats", n=room.seats),
        ),
        Card(
            label=_("Open bills"),
            figure=str(room.open_bills),
            change=_("%(sum)s to pay", sum=money(room.open_minor, currency)),
            href=url_for("ordering.orders"),
        ),
        _kitchen(board),
    ]


def bars(location: LocationView, board: Dashboard) -> list[Bar]:
    """Net sales by hour."""
    currency = location.currency
    return [
        Bar(
            label=f"{hour.hour:02d}",
            value=hour.net_minor,
            text=money(hour.net_minor, currency),
            part=hour.is_now,
            then=None if hour.then_minor is None else max(hour.then_minor, 0),
            then_text="" if hour.then_minor is None else money(hour.then_minor, currency),
        )
        for hour in board.hours
    ]


def hour_bars(location: LocationView, report: DayReport) -> list[Bar]:
    """Net sales of a whole day by hour."""
    return [
        Bar(label=f"{hour:02d}", value=net, text=money(net, location.currency))
        for hour, net in report.hours
    ]


def ticks(values: list[int], currency: str) -> list[Tick]:
    """A scale of round amounts from 0 to above the largest value, four steps or five."""
    unit = 10 ** exponent(currency)
    top = max([*values, 4 * unit]) / unit
    step = _round_step(top / 4)
    count = int(-(-top // step))
    return [Tick(value=step * i * unit, text=f"{step * i:,}") for i in range(count + 1)]


def _round_step(least: float) -> int:
    """The smallest of 1, 2, 5 × 10ⁿ that is not below `least`."""
    size = 10 ** (len(str(int(least))) - 1) if least >= 1 else 1
    return next(step * size for step in STEPS if step * size >= least)


def _change(
    board: Dashboard, read: Callable[[Figures], int | None], against: str = ""
) -> dict[str, str]:
    """How a figure changed, in per cent; nothing where there is nothing to compare with."""
    now, then = read(board.now), read(board.then) if board.then else None
    if not then or now is None:
        return {"change": _("nothing to compare") if against else ""}
    part = (now - then) / then
    percent = format_percent(abs(part), "#,##0 %")
    if round(part * 100) == 0:
        return {"change": _("as much%(against)s", against=against)}
    arrow, mood = ("▲", "up") if part > 0 else ("▼", "down")
    return {"change": f"{arrow} {percent}{against}", "mood": mood}


def _kitchen(board: Dashboard) -> Card:
    median = board.now.median
    card = Card(label=_("Kitchen median"), figure="–" if median is None else span(median))
    if median is None or board.then is None or board.then.median is None:
        return card
    slower = median - board.then.median
    if abs(slower) < timedelta(seconds=1):
        return card
    return Card(
        label=card.label,
        figure=card.figure,
        change=_("▲ %(t)s slower", t=span(slower))
        if slower > timedelta()
        else _("▼ %(t)s quicker", t=span(-slower)),
        mood="down" if slower > timedelta() else "up",
    )


def span(length: timedelta) -> str:
    """Minutes and seconds: 6:48."""
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    return f"{minutes}:{seconds:02d}"
