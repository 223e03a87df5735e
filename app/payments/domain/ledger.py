"""Double entry: what sales, payments and refunds post. Debits are positive; an entry is zero."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from app.ordering.domain.split import split_bill
from app.ordering.domain.tax import PricedLine, taxes_by_rate, totals


class Account(StrEnum):
    """The accounts of the ledger. Tax has one sub-account a rate: `tax:<rate id>`."""

    RECEIVABLE = "receivable"
    REVENUE = "revenue"
    TAX = "tax"
    CHARGES = "charges"
    CASH = "cash"
    CARD = "card"
    TIPS_PAYABLE = "tips_payable"
    ROUNDING = "rounding"


TENDERS = frozenset({Account.CASH, Account.CARD})


@dataclass(frozen=True, kw_only=True)
class Posting:
    """An amount on an account; `tax_rate_id` is set for tax alone."""

    account: Account
    amount_minor: int
    tax_rate_id: UUID | None = None

    @property
    def name(self) -> str:
        """The account's full name: `revenue`, `tax:<rate id>`."""
        return f"{self.account}:{self.tax_rate_id}" if self.tax_rate_id else str(self.account)


def sale_entry(lines: Sequence[PricedLine], charges: Sequence[PricedLine] = ()) -> list[Posting]:
    """Post an issued sale: receivable against revenue, charges, and tax a rate."""
    everything = [*lines, *charges]
    taxes = [
        Posting(account=Account.TAX, amount_minor=-tax.amount_minor, tax_rate_id=tax.rate_id)
        for tax in taxes_by_rate(everything)
    ]
    return _without_zeros(
        [
            _posting(Account.RECEIVABLE, totals(everything).total_minor),
            _posting(Account.REVENUE, -sum(line.net_minor for line in lines)),
            _posting(Account.CHARGES, -sum(line.net_minor for line in charges)),
            *taxes,
        ]
    )


def payment_entry(
    tender: Account, amount_minor: int, *, tip_minor: int = 0, rounding_minor: int = 0
) -> list[Posting]:
    """Post a captured payment: the tender against receivable, tips payable and cash rounding.

    The tender takes amount + tip + rounding; for cash that is tendered − change.
    """
    if tender not in TENDERS:
        raise ValueError(f"{tender} is not a way of paying.")
    return _without_zeros(
        [
            _posting(tender, amount_minor + tip_minor + rounding_minor),
            _posting(Account.RECEIVABLE, -amount_minor),
            _posting(Account.TIPS_PAYABLE, -tip_minor),
            _posting(Account.ROUNDING, -rounding_minor),
        ]
    )


def reversal_entry(
    tender: Account, amount_minor: int, *, tip_minor: int = 0, rounding_minor: int = 0
) -> list[Posting]:
    """Post a refund of kind reversal: the payment is undone and the bill owes again."""
    return _negated(
        payment_entry(tender, amount_minor, tip_minor=tip_minor, rounding_minor=rounding_minor)
    )


def refund_entry(
    tender: Account,
    lines: Sequence[PricedLine],
    charges: Sequence[PricedLine] = (),
    *,
    tip_minor: int = 0,
    rounding_minor: int = 0,
) -> list[Posting]:
    """Post money given back for what was sold: revenue and tax against the tender.

    The bill stays settled, so the receivable is not touched. `lines` carry stored amounts,
    for a part of them those of `refunded_part`.
    """
    sale = sale_entry(lines, charges)
    owed = totals([*lines, *charges]).total_minor
    paid = payment_entry(tender, owed, tip_minor=tip_minor, rounding_minor=rounding_minor)
    back = _negated([*paid, *sale])
    return [posting for posting in back if posting.account is not Account.RECEIVABLE]


def refunded_part(
    lines: Sequence[PricedLine], amount_minor: int, before_minor: int = 0
) -> tuple[PricedLine, ...]:
    """Return the part of priced lines that makes up `amount_minor`, taxes in proportion.

    `before_minor` was given back before: whatever the steps, giving back everything gives back
    each tax to the cent. Raises ValueError for more than the lines' total.
    """
    until = _first_part(lines, before_minor + amount_minor)
    earlier = _first_part(lines, before_minor)
    return tuple(_less(line, part) for line, part in zip(until, earlier, strict=True))


def _first_part(lines: Sequence[PricedLine], amount_minor: int) -> tuple[PricedLine, ...]:
    return split_bill(lines, [amount_minor, totals(lines).total_minor - amount_minor])[0]


def _less(line: PricedLine, part: PricedLine) -> PricedLine:
    return PricedLine(
        net_minor=line.net_minor - part.net_minor,
        gross_minor=line.gross_minor - part.gross_minor,
        taxes=tuple(
            replace(
                tax,
                base_minor=tax.base_minor - earlier.base_minor,
                amount_minor=tax.amount_minor - earlier.amount_minor,
            )
            for tax, earlier in zip(line.taxes, part.taxes, strict=True)
        ),
    )


def _posting(account: Account, amount_minor: int) -> Posting:
    return Posting(account=account, amount_minor=amount_minor)


def _without_zeros(postings: Iterable[Posting]) -> list[Posting]:
    return [posting for posting in postings if posting.amount_minor]


def _negated(postings: Iterable[Posting]) -> list[Posting]:
    return [replace(posting, amount_minor=-posting.amount_minor) for posting in postings]
