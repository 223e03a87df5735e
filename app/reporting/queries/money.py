"""What payments and refunds say of a business day, apart from the ledger; and the comparison."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text

from app.core.db import execute
from app.core.tenant import current_tenant_id
from app.reporting.queries.days import Day
from app.reporting.queries.documents import Papers, Sold
from app.reporting.queries.ledger import TENDERS, Ledger
from app.tenancy.queries import LocationView


@dataclass(frozen=True, kw_only=True)
class Tender:
    """One way of paying: `amount_minor` went to bills; given back holds tips and rounding too."""

    name: str
    payments: int
    amount_minor: int
    tips_minor: int
    rounding_minor: int
    refunds: int
    given_back_minor: int

    @property
    def taken_minor(self) -> int:
        """All that was taken, less what was given back."""
        return self.amount_minor + self.tips_minor + self.rounding_minor - self.given_back_minor


@dataclass(frozen=True, kw_only=True)
class Check:
    """One figure, as the ledger has it and as another source has it."""

    name: str
    ledger_minor: int
    other_minor: int

    @property
    def difference_minor(self) -> int:
        """How much more the ledger has."""
        return self.ledger_minor - self.other_minor

    @property
    def agrees(self) -> bool:
        """Whether both are equal to the cent."""
        return not self.difference_minor


def tenders(location: LocationView, day: Day) -> tuple[Tender, ...]:
    """Captured payments and refunds done by tender, those included that were never posted."""
    rows = execute(
        _TENDERS,
        {"tenant_id": current_tenant_id(), "location_id": location.id, "day_id": day.id},
    )
    found = {row.tender: _tender(row) for row in rows}
    return tuple(found[name] for name in TENDERS if name in found)


def checks(
    ledger: Ledger, sales: Papers, refunds: Papers, taken: Iterable[Tender]
) -> tuple[Check, ...]:
    """Compare the ledger with documents and payments; charges count to neither's net."""
    by_name = {tender.name: tender.taken_minor for tender in taken}
    return (
        Check(
            name="net sales",
            ledger_minor=ledger.net_minor + ledger.charges_minor,
            other_minor=sales.net_minor + refunds.net_minor,
        ),
        Check(
            name="tax",
            ledger_minor=ledger.tax_minor,
            other_minor=sales.tax_minor + refunds.tax_minor,
        ),
        *(
            Check(
                name=name,
                ledger_minor=ledger.tender_minor(name),
                other_minor=by_name.get(name, 0),
            )
            for name in TENDERS
        ),
    )


def items_check(ledger: Ledger, items: Iterable[Sold], refunds: Papers) -> Check:
    """Compare the net of all items less refunds with the ledger."""
    return Check(
        name="items",
        ledger_minor=ledger.net_minor,
        other_minor=sum(item.net_minor for item in items) + refunds.net_minor,
    )


def _tender(row: Row[Any]) -> Tender:
    return Tender(
        name=row.tender,
        payments=row.payments,
        amount_minor=int(row.amount),
        tips_minor=int(row.tips),
        rounding_minor=int(row.rounding),
        refunds=row.refunds,
        given_back_minor=int(row.given_back),
    )


# A payment or refund counts to the day of its entry; without an entry to the day it was made,
# so that one that was never posted shows as a difference.
_TENDERS = text("""
    WITH posted AS (
        SELECT cause, cause_id
          FROM journal_entry
         WHERE tenant_id = :tenant_id AND location_id = :location_id
           AND business_day_id = CAST(:day_id AS uuid) AND cause IN ('payment', 'refund')
    ), paid AS (
        SELECT cause_id AS id FROM posted WHERE cause = 'payment'
        UNION
        SELECT id FROM payment
         WHERE tenant_id = :tenant_id AND location_id = :location_id
           AND business_day_id = CAST(:day_id AS uuid) AND state = 'captured'
           AND NOT EXISTS (SELECT 1 FROM journal_entry AS entry
                            WHERE entry.tenant_id = :tenant_id AND entry.cause = 'payment'
                              AND entry.cause_id = payment.id)
    ), given AS (
        SELECT cause_id AS id FROM posted WHERE cause = 'refund'
        UNION
        SELECT id FROM refund
         WHERE tenant_id = :tenant_id AND location_id = :location_id
           AND business_day_id = CAST(:day_id AS uuid) AND state = 'done'
           AND NOT EXISTS (SELECT 1 FROM journal_entry AS entry
                            WHERE entry.tenant_id = :tenant_id AND entry.cause = 'refund'
                              AND entry.cause_id = refund.id)
    ), moved AS (
        SELECT payment.tender, 1 AS payments, payment.amount_minor AS amount,
               payment.tip_minor AS tips, payment.rounding_minor AS rounding,
               0 AS refunds, 0 AS given_back
          FROM paid JOIN payment ON payment.tenant_id = :tenant_id AND payment.id = paid.id
         WHERE payment.state = 'captured'
        UNION ALL
        SELECT payment.tender, 0, 0, 0, 0, 1, refund.amount_minor
               + CASE refund.kind WHEN 'reversal' THEN payment.tip_minor + payment.rounding_minor
                                  ELSE 0 END
          FROM given
          JOIN refund ON refund.tenant_id = :tenant_id AND refund.id = given.id
          JOIN payment ON payment.tenant_id = :tenant_id AND payment.id = refund.payment_id
         WHERE refund.state = 'done'
    )
    SELECT tender, sum(payments) AS payments, sum(amount) AS amount, sum(tips) AS tips,
           sum(rounding) AS rounding, sum(refunds) AS refunds, sum(given_back) AS given_back
      FROM moved GROUP BY tender
""")
