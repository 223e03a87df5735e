"""What the journal says of a business day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Integer, cast, extract, func, select

from app.core.db import execute
from app.core.tenant import current_tenant_id
from app.payments.models import JournalEntry, JournalLine
from app.reporting.queries.days import Day, falls_in
from app.tenancy.queries import LocationView

TENDERS = ("cash", "card")


@dataclass(frozen=True, kw_only=True)
class Posted:
    """The sum posted on one account within one hour by one kind of cause. Debits are positive."""

    hour: int
    cause: str
    account: str
    tax_rate_id: UUID | None
    amount_minor: int


@dataclass(frozen=True)
class Ledger:
    """A day's journal. Bridge: net + tax + charges + tips + rounding − unpaid = tenders."""

    posted: tuple[Posted, ...] = ()

    @property
    def net_minor(self) -> int:
        """Sales without tax, less what was refunded of them."""
        return -self._sum("revenue")

    @property
    def tax_minor(self) -> int:
        """Tax of all rates, less what was refunded of it."""
        return -self._sum("tax")

    @property
    def charges_minor(self) -> int:
        """Service and other charges, without tax."""
        return -self._sum("charges")

    @property
    def tips_minor(self) -> int:
        """Tips taken with payments."""
        return -self._sum("tips_payable")

    @property
    def rounding_minor(self) -> int:
        """What rounding cash to coins brought (or cost, below zero)."""
        return -self._sum("rounding")

    @property
    def unpaid_minor(self) -> int:
        """Sold and not paid; below zero: paid on bills that are not settled yet."""
        return self._sum("receivable")

    @property
    def tenders_minor(self) -> int:
        """Money taken, less money given back."""
        return sum(self.tender_minor(tender) for tender in TENDERS)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was posted."""
        return not self.posted

    def tender_minor(self, tender: str) -> int:
        """What one way of paying took, less what it gave back."""
        return self._sum(tender)

    def tax_of(self, cause: str) -> dict[UUID, int]:
        """Tax by rate id, from one kind of cause; what refunds gave back is negative."""
        found: dict[UUID, int] = defaultdict(int)
        for line in self.posted:
            if line.tax_rate_id is not None and line.cause == cause:
                found[line.tax_rate_id] -= line.amount_minor
        return dict(found)

    def net_by_hour(self) -> dict[int, int]:
        """Net sales by hour of the clock at the location."""
        found: dict[int, int] = defaultdict(int)
        for line in self.posted:
            if line.account == "revenue":
                found[line.hour] -= line.amount_minor
        return dict(found)

    def _sum(self, account: str) -> int:
        return sum(line.amount_minor for line in self.posted if line.account == account)


def ledgers(location: LocationView, days: Sequence[Day]) -> dict[UUID, Ledger]:
    """The journals of these days by the day's id, in one query."""
    local = func.timezone(location.time_zone, JournalEntry.at)
    hour = cast(extract("hour", local), Integer).label("hour")
    what = (
        JournalEntry.business_day_id,
        hour,
        JournalEntry.cause,
        JournalLine.account,
        JournalLine.tax_rate_id,
    )
    rows = execute(
        select(*what, func.sum(JournalLine.amount_minor).label("amount"))
        .join(
            JournalLine,
            (JournalLine.tenant_id == JournalEntry.tenant_id)
            & (JournalLine.entry_id == JournalEntry.id),
        )
        .where(
            JournalEntry.tenant_id == current_tenant_id(),
            JournalEntry.location_id == location.id,
            falls_in(JournalEntry.business_day_id, JournalEntry.at, days),
        )
        .group_by(*what)
    ).all()
    return {
        day.id: Ledger(tuple(_posted(row) for row in rows if row.business_day_id == day.id))
        for day in days
        if day.id is not None
    }


def ledger_of(found: dict[UUID, Ledger], day: Day) -> Ledger:
    """The day's journal; an empty one where the day never opened."""
    return found.get(day.id, Ledger()) if day.id else Ledger()


def in_order(hours: Iterable[int], cut_off_hour: int) -> list[int]:
    """Every hour from the first to the last, counted from the cut-off over midnight."""
    places = sorted({(hour - cut_off_hour) % 24 for hour in hours})
    if not places:
        return []
    return [(place + cut_off_hour) % 24 for place in range(places[0], places[-1] + 1)]


def _posted(row: object) -> Posted:
    fields = row._mapping  # type: ignore[attr-defined]
    return Posted(
        hour=fields["hour"],
        cause=fields["cause"],
        account=fields["account"],
        tax_rate_id=fields["tax_rate_id"],
        amount_minor=int(fields["amount"]),
    )
