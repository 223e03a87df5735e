"""What a replay says at the end, and whether it all came out equal."""

import time
from collections.abc import Callable, Sequence

from flask import Flask
from sqlalchemy import create_engine, func, pool, select

from app.core.db import end_reading, execute
from app.core.models import Outbox
from app.core.money import format_money
from app.core.settings import sqlalchemy_url
from app.core.tenant import current_tenant_id, tenant_scope
from app.invariants.check import check_invariants
from app.invariants.model import Finding
from app.payments.models import JournalLine
from app.replay.derived_menu import Totals
from app.replay.orders_file import BadRow
from app.replay.pass_window import Pass
from app.replay.play import Tally
from app.replay.restaurant import Restaurant

DRAIN_S = 60.0
SHOWN = 10


def report(
    app: Flask,
    restaurant: Restaurant,
    expected: Totals,
    tally: Tally,
    kitchen: Pass,
    bad_rows: Sequence[BadRow],
    uneven: int,
    took: float,
) -> int:
    """Print the figures; returns the exit code: 0 when all is equal and every invariant holds."""
    net_minor = _net_sales(app, restaurant)
    money = _money_in(restaurant)
    checks = {
        "orders": (expected.orders, tally.orders),
        "net sales, answered": (money(expected.total_minor), money(tally.total_minor)),
        "net sales, ledger": (money(expected.total_minor), money(net_minor)),
        "tickets seen": (expected.orders, len(kitchen.tickets)),
        "tickets seen again": (0, kitchen.repeated),
        "gaps on the socket": (0, kitchen.gaps),
    }
    _say_rows(bad_rows, tally)
    print(f"  {'':22}{'file':>14}{'played':>14}")
    for name, (wanted, got) in checks.items():
        print(f"  {name:22}{wanted!s:>14}{got!s:>14}{'' if wanted == got else '   differs'}")
    print(f"  {'lines':22}{expected.lines:>14}{tally.lines:>14}{_uneven(uneven)}")
    _say_speed(tally, took)
    broken = _say_invariants(_invariants(app), str(restaurant.tenant_id))
    equal = all(wanted == got for wanted, got in checks.values())
    return 0 if equal and not broken and not tally.failures else 1


def _say_invariants(findings: Sequence[Finding], tenant_id: str) -> bool:
    """Print what this tenant breaks; returns whether it breaks anything."""
    broken = 0
    for finding in findings:
        own = [offence for offence in finding.offences if offence.tenant_id == tenant_id]
        broken += bool(own)
        for offence in own[:SHOWN]:
            print(f"    {finding.number} {finding.name}: {offence.id} {offence.what}")
    print(f"  invariants: {len(findings) - broken} hold, {broken} broken")
    return broken > 0


def _uneven(lines: int) -> str:
    """Why more lines are played than the file has."""
    return f"   {lines} priced unevenly, played as two each" if lines else ""


def _say_rows(bad_rows: Sequence[BadRow], tally: Tally) -> None:
    print(f"  malformed rows: {len(bad_rows)}")
    for row in bad_rows[:SHOWN]:
        print(f"    line {row.line}: {row.reason}")
    if tally.failures:
        print(f"  failed orders: {len(tally.failures)}")
    for failure in tally.failures[:SHOWN]:
        print(f"    {failure}")


def _say_speed(tally: Tally, took: float) -> None:
    for name, seconds in (("place to answer", tally.place_s), ("send to socket", tally.painted_s)):
        print(f"  {name:22}p50 {_at(seconds, 0.50):6.1f} ms   p99 {_at(seconds, 0.99):6.1f} ms")
    print(f"  {'speed':22}{tally.orders / took:.1f} orders/s over {took:.1f} s")


def _at(seconds: Sequence[float], share: float) -> float:
    """The value below which `share` of all lie, in milliseconds (nearest rank)."""
    if not seconds:
        return 0.0
    return sorted(seconds)[min(int(len(seconds) * share), len(seconds) - 1)] * 1000


def _money_in(restaurant: Restaurant) -> Callable[[int], str]:
    place = restaurant.location
    return lambda minor: format_money(minor, place.currency, place.locale)


def _net_sales(app: Flask, restaurant: Restaurant) -> int:
    """Revenue in the ledger, asked once no effect of this tenant waits any more."""
    deadline = time.monotonic() + DRAIN_S
    with app.app_context(), tenant_scope(restaurant.tenant_id):
        while _waiting() and time.monotonic() < deadline:
            end_reading()
            time.sleep(0.2)
        end_reading()
        revenue = execute(
            select(func.coalesce(func.sum(JournalLine.amount_minor), 0)).where(
                JournalLine.tenant_id == current_tenant_id(), JournalLine.account == "revenue"
            )
        ).scalar_one()
        return -int(revenue)


def _waiting() -> int:
    """Effects that have not been carried out, without those that wait for their time."""
    return int(
        execute(
            select(func.count())
            .select_from(Outbox)
            .where(
                Outbox.tenant_id == current_tenant_id(),
                Outbox.done_at.is_(None),
                Outbox.seq.is_(None),
                Outbox.not_before.is_(None),
            )
        ).scalar_one()
    )


def _invariants(app: Flask) -> list[Finding]:
    url = app.extensions["settings"].database_owner_url
    if not url:
        print("  invariants: not asked, DATABASE_OWNER_URL is not set")
        return []
    engine = create_engine(sqlalchemy_url(url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        return check_invariants(connection)
