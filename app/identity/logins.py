"""Rows of login_session: opened at sign-in and by PIN, touched, revoked."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, cast, func, insert, update
from sqlalchemy.dialects.postgresql import JSONB

from app.core import audit, clock
from app.core.db import execute, transaction
from app.core.ids import new_id
from app.core.model import Json
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.models import LoginSession
from app.identity.permissions import STAFF_MANAGE
from app.identity.queries import Login, PairedDevice, hash_of
from app.identity.tokens.commands import end_tokens

LASTS = timedelta(hours=12)
# What a session's data says: when its person last proved who they are (seconds since 1970), and
# whether they must set up a second factor before anything else.
PROVEN_AT, LACKS_FACTOR = "proven_at", "lacks_factor"


def open_login(
    member_id: UUID, *, device: PairedDevice | None = None, lacks_factor: bool = False
) -> str:
    """Start a session for who has just proven to be a member, and return its token.

    It is kept nowhere but in the cookie. At a tablet the session ends with the tablet's enrolment
    at the latest. Who `lacks_factor` sets one up before anything else.
    """
    token, now = secrets.token_urlsafe(32), clock.now()
    data = {
        "_user_id": str(member_id),  # by which flask-login knows that somebody is signed in
        "_fresh": True,
        PROVEN_AT: now.timestamp(),
        LACKS_FACTOR: lacks_factor,
    }
    with transaction():
        execute(
            insert(LoginSession).values(
                tenant_id=current_tenant_id(),
                id=new_id(),
                token_hash=hash_of(token),
                member_id=member_id,
                device_id=device.id if device else None,
                data=data,
                created_at=now,
                last_seen_at=now,
                expires_at=min(now + LASTS, device.expires_at) if device else now + LASTS,
            )
        )
    return token


def save_login(
    login: Login, touched_at: datetime, changed: Json, removed: Collection[str] = ()
) -> None:
    """Keep when the person last touched the screen, and what a request has put into the session.

    What else stands there is left alone: another request may have put it there since.
    """
    values: dict[str, Any] = {"last_seen_at": func.greatest(LoginSession.last_seen_at, touched_at)}
    if changed or removed:
        without = LoginSession.data.op("-")(cast(list(removed), ARRAY(Text)))
        values["data"] = without.op("||")(cast(changed, JSONB))
    with transaction():
        execute(
            update(LoginSession)
            .where(LoginSession.tenant_id == current_tenant_id(), LoginSession.id == login.id)
            .values(**values)
        )


def renew_token(login: Login, token: str) -> str | None:
    """Have a session go on under a new token, with its data and its end; `token` opens it no more.

    None where it has ended, or another request was faster: that one's token is the browser's.
    """
    fresh = secrets.token_urlsafe(32)
    with transaction():
        found = execute(
            update(LoginSession)
            .where(
                LoginSession.tenant_id == current_tenant_id(),
                LoginSession.id == login.id,
                LoginSession.token_hash == hash_of(token),
                LoginSession.revoked_at.is_(None),
            )
            .values(token_hash=hash_of(fresh))
        )
    return fresh if found.rowcount else None


def end_logins(*of: ColumnElement[bool]) -> int:
    """End the sessions here of which all this holds; returns how many were still open."""
    with transaction():
        ended = execute(
            update(LoginSession)
            .where(LoginSession.tenant_id == current_tenant_id(), LoginSession.revoked_at.is_(None))
            .where(*of)
            .values(revoked_at=clock.now())
        )
    return ended.rowcount


def end_login(session_id: UUID) -> None:
    """Revoke one session; ending it twice is the same as once."""
    end_logins(LoginSession.id == session_id)


def end_logins_at(device_id: UUID) -> None:
    """Revoke every session at a tablet: one person at a time works there."""
    end_logins(LoginSession.device_id == device_id)


def revoke_logins(actor: Actor, member_id: UUID) -> None:
    """Sign a member and his programs out everywhere.

    For commands that have asked whether the actor manages this member.
    """
    with transaction():
        actor.require_somewhere(STAFF_MANAGE)
        end_logins(LoginSession.member_id == member_id)
        end_tokens(member_id)
        audit.record(
            STAFF_MANAGE, "member", member_id, actor_id=actor.member_id, after={"revoked": True}
        )
