"""How a person of the staff gets in: where he is signed in, and the invitation that waits."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from app.core import clock
from app.core.db import execute
from app.core.tenant import current_tenant_id
from app.identity.models import EmailLink
from app.identity.queries import live_sessions


@dataclass(frozen=True, kw_only=True)
class SessionView:
    """Where somebody is signed in."""

    id: UUID
    since: datetime
    last_seen_at: datetime


@dataclass(frozen=True, kw_only=True)
class InvitationView:
    """A link that was mailed, and until when it leads somewhere."""

    ends_at: datetime
    is_over: bool


def sessions_of(member_id: UUID) -> list[SessionView]:
    """Where a person is signed in, the latest first."""
    return [
        SessionView(id=row.id, since=row.created_at, last_seen_at=row.last_seen_at)
        for row in live_sessions(member_id)
    ]


def find_invitation(member_id: UUID) -> InvitationView | None:
    """The link that was mailed to somebody and not followed, also when it has run out."""
    ends_at = execute(
        select(func.max(EmailLink.expires_at)).where(
            EmailLink.tenant_id == current_tenant_id(),
            EmailLink.kind == "invite",
            EmailLink.member_id == member_id,
            EmailLink.used_at.is_(None),
        )
    ).scalar_one()
    return InvitationView(ends_at=ends_at, is_over=ends_at <= clock.now()) if ends_at else None
