"""Posting to the double-entry ledger: one entry a sale, payment or refund, summing to zero."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert

from app.core import clock
from app.core.db import execute
from app.core.ids import new_id
from app.core.tenant import current_tenant_id
from app.ordering.commands.bills import priced_lines
from app.ordering.events import SaleIssued
from app.payments.domain.ledger import Posting, sale_entry
from app.payments.models import JournalEntry, JournalLine
from app.tenancy.commands import current_business_day
from app.tenancy.queries import LocationView, get_location_by_id


def post_sale(event: SaleIssued) -> None:
    """Post an issued sale, in the transaction that issued it."""
    location = get_location_by_id(event.location_id)
    post(location, "sale", event.document_id, sale_entry(priced_lines(event.bill_id)))


def post(location: LocationView, cause: str, cause_id: UUID, postings: Sequence[Posting]) -> UUID:
    """Write one entry; `cause` and `cause_id` are unique, so nothing is posted twice."""
    if sum(posting.amount_minor for posting in postings):
        raise ValueError(f"the postings of {cause} {cause_id} do not balance")
    entry_id, now = new_id(), clock.now()
    shared = {"tenant_id": current_tenant_id(), "location_id": location.id}
    execute(
        insert(JournalEntry).values(
            **shared,
            id=entry_id,
            cause=cause,
            cause_id=cause_id,
            business_day_id=current_business_day(location, now),
            currency=location.currency,
            at=now,
        )
    )
    rows = [
        {
            **shared,
            "id": new_id(),
            "entry_id": entry_id,
            "account": str(posting.account),
            "tax_rate_id": posting.tax_rate_id,
            "amount_minor": posting.amount_minor,
        }
        for posting in postings
    ]
    if rows:
        execute(insert(JournalLine), rows)
    return entry_id
