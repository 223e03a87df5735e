"""What a person is shown of the account."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.identity.account.factors import Factors, factors_of
from app.identity.account.people import find_holder, must_have_factor
from app.identity.queries import live_sessions


@dataclass(frozen=True, kw_only=True)
class AccountView:
    """The account of a member. `must_have`: the restaurant asks for a second factor."""

    name: str
    email: str
    factors: Factors
    must_have: bool


@dataclass(frozen=True, kw_only=True)
class SessionView:
    """One place where somebody is signed in: at a browser, or at a tablet that has a name."""

    id: UUID
    device: str | None
    agent: str
    address: str
    since: datetime
    last_seen_at: datetime
    is_here: bool


def find_account_view(member_id: UUID) -> AccountView | None:
    """What a person may change; None for who works by PIN alone."""
    holder = find_holder(member_id)
    if holder is None:
        return None
    return AccountView(
        name=holder.name,
        email=holder.email,
        factors=factors_of(holder.account_id),
        must_have=must_have_factor(member_id),
    )


def sessions_of(member_id: UUID, here: UUID) -> list[SessionView]:
    """Where a member is signed in, this place first, then by when it was last used."""
    rows = sorted(live_sessions(member_id), key=lambda row: row.id != here)
    return [
        SessionView(
            id=row.id,
            device=row.device,
            agent=row.data.get("agent", ""),
            address=row.data.get("address", ""),
            since=row.created_at,
            last_seen_at=row.last_seen_at,
            is_here=row.id == here,
        )
        for row in rows
    ]
