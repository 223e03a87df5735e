"""Rows of login_session: opened at sign-in and PIN switch, touched, revoked."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, or_, update

from app.core import audit, clock
from app.core.db import execute, transaction
from app.core.ids import new_id
from app.core.model import Json
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.models import LoginSession
from app.identity.queries import Login, hash_of
from app.identity.tokens.commands import end_tokens

LASTS = timedelta(hours=12)


def open_login(
    member_id: UUID,
    *,
    opened_by: UUID | None = None,
    browser: str | None = None,
    expires_at: datetime | None = None,
) -> str:
    """Start a session and return its token, which is kept nowhere but in the cookie."""
    token, now = secrets.token_urlsafe(32), clock.now()
    data = {
        "browser": browser or secrets.token_hex(8),
        "_user_id": str(member_id),  # by which flask-login knows that somebody is signed in
        "_fresh": True,
    }
    with transaction():
        execute(
            insert(LoginSession).values(
                tenant_id=current_tenant_id(),
                id=new_id(),
                token_hash=hash_of(token),
                member_id=member_id,
                opened_by=opened_by or member_id,
                data=data,
                created_at=now,
                last_seen_at=now,
                expires_at=expires_at or now + LASTS,
            )
        )
    return token


def save_login(login: Login, data: Json) -> None:
    """Keep what the session holds, and that it was used just now."""
    with transaction():
        execute(
            update(LoginSession)
            .where(LoginSession.tenant_id == current_tenant_id(), LoginSession.id == login.id)
            .values(data=data, last_seen_at=clock.now())
        )


def end_login(session_id: UUID) -> None:
    """Revoke one session; ending it twice is the same as once."""
    with transaction():
        execute(
            update(LoginSession)
            .where(
                LoginSession.tenant_id == current_tenant_id(),
                LoginSession.id == session_id,
                LoginSession.revoked_at.is_(None),
            )
            .values(revoked_at=clock.now())
        )


def revoke_logins(actor: Actor, member_id: UUID) -> None:
    """Sign a member and his programs out everywhere, also where others work on what he opened."""
    with transaction():
        actor.require("staff.manage")
        execute(
            update(LoginSession)
            .where(
                LoginSession.tenant_id == current_tenant_id(),
                LoginSession.revoked_at.is_(None),
                or_(LoginSession.member_id == member_id, LoginSession.opened_by == member_id),
            )
            .values(revoked_at=clock.now())
        )
        end_tokens(member_id)
        audit.record(
            "staff.manage", "member", member_id, actor_id=actor.member_id, after={"revoked": True}
        )
