"""The token endpoint's work: a secret or a refresh token for an access token.

An access token is good for ACCESS_LASTS at most and for no longer than its grant, which every
request looks up.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import Row, delete, insert, select, update

from app.core import audit, clock, security
from app.core.db import execute, transaction
from app.core.ids import new_id
from app.core.tenant import current_tenant_id
from app.identity.permissions import API_MANAGE
from app.identity.queries import hash_of
from app.identity.tokens import jwt, keys
from app.identity.tokens.domain import (
    ACCESS_LASTS,
    REFRESH_LASTS,
    RETRY_WITHIN,
    audience_of,
    issuer_of,
)
from app.identity.tokens.errors import TokenRefused
from app.identity.tokens.models import ApiGrant, RefreshToken
from app.identity.tokens.queries import Holder, lock_grant
from app.tenancy.queries import get_tenant_by_id

WORN_OUT = "This refresh token is not valid (any more)."


@dataclass(frozen=True, kw_only=True)
class Issued:
    """What a program gets. Tokens stand in no log line, so not in the object's words either."""

    grant_id: UUID
    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_in_s: int
    scopes: frozenset[str]


def first_pair(grant_id: UUID) -> Issued:
    """The tokens of a grant that was just made for a person's program."""
    holder = lock_grant(grant_id)
    if holder is None:
        raise RuntimeError("a grant that was just made is not there")
    return _give_out(holder, None, refresh_token=_add_refresh(grant_id, None))


def prove_machine(client_id: str, secret: str, scope: str) -> Issued:
    """An access token for a machine that knows its secret (RFC 6749, 4.4).

    Raises TokenRefused. Opens its own transaction: a wrong secret is written down.
    """
    with transaction():
        holder = _find_grant(client_id)
        kept = holder.secret_hash if holder else None
        if holder and kept and hmac.compare_digest(kept, hash_of(secret)):
            _mark_used(holder.grant_id)
            return _give_out(holder, scope)
        if holder and kept:
            security.note(security.REFUSED, "api_grant", holder.grant_id, what="client secret")
    raise TokenRefused("invalid_client", "The client or its secret is wrong.")


def refresh(token: str, scope: str) -> Issued:
    """A new pair for a refresh token, which is spent by that (RFC 6749, 6; RFC 9700, 4.14.2).

    A spent one that comes back ends its whole family: of two who hold it one is a thief. A client
    whose answer was lost may ask once more within RETRY_WITHIN, as long as nobody has used the
    answer; what was lost is then void. Raises TokenRefused; opens its own transaction, for that
    a family was ended is committed.
    """
    with transaction():
        issued = _turn(token, scope)
    if issued is None:
        raise TokenRefused("invalid_grant", WORN_OUT)
    return issued


def give_back(token: str) -> None:
    """End the grant of a refresh token; what belongs to none, or is over, is left alone."""
    with transaction():
        found = _find_refresh(token)
        holder = lock_grant(found.grant_id) if found else None
        if holder is not None:
            end_grant(holder.grant_id)
            note_end(holder.member_id, holder.grant_id)


def note_end(actor_id: UUID, grant_id: UUID) -> None:
    """Write down who ended a grant."""
    after = {"revoked": True}
    audit.record(API_MANAGE, "api_grant", grant_id, actor_id=actor_id, after=after)


def end_grant(grant_id: UUID) -> None:
    """End a grant; twice is the same as once."""
    execute(
        update(ApiGrant)
        .where(
            ApiGrant.tenant_id == current_tenant_id(),
            ApiGrant.id == grant_id,
            ApiGrant.revoked_at.is_(None),
        )
        .values(revoked_at=clock.now())
    )


def drop_old_refresh_tokens() -> None:
    """Forget those that have run out; one of them that comes back is refused like any other."""
    execute(
        delete(RefreshToken).where(
            RefreshToken.tenant_id == current_tenant_id(), RefreshToken.expires_at < clock.now()
        )
    )


def _turn(token: str, scope: str) -> Issued | None:
    found = _find_refresh(token)
    holder = lock_grant(found.grant_id) if found else None
    if found is None or holder is None:
        return None
    # Again, now that nobody else turns this family: it may have been spent meanwhile.
    row, now = _find_refresh(token), clock.now()
    if row is None or row.expires_at <= now:
        return None
    if row.spent_at is not None and not _is_retry(row, now):
        _end_stolen(holder)
        return None
    _spend_live(holder.grant_id, now)
    _mark_used(holder.grant_id)
    return _give_out(holder, scope, refresh_token=_add_refresh(holder.grant_id, row.id))


def _mark_used(grant_id: UUID) -> None:
    execute(
        update(ApiGrant)
        .where(ApiGrant.tenant_id == current_tenant_id(), ApiGrant.id == grant_id)
        .values(last_used_at=clock.now())
    )


def _find_refresh(token: str) -> Row[Any] | None:
    return execute(
        select(RefreshToken.__table__).where(
            RefreshToken.tenant_id == current_tenant_id(),
            RefreshToken.token_hash == hash_of(token),
        )
    ).one_or_none()


def _is_retry(spent: Row[Any], now: datetime) -> bool:
    """Whether a token was spent just now, and what it was spent for has not been used."""
    live: UUID | None = execute(
        select(RefreshToken.parent_id).where(
            RefreshToken.tenant_id == current_tenant_id(),
            RefreshToken.grant_id == spent.grant_id,
            RefreshToken.spent_at.is_(None),
        )
    ).scalar_one_or_none()
    was_just_now: bool = now < spent.spent_at + RETRY_WITHIN
    return was_just_now and live == spent.id


def _spend_live(grant_id: UUID, now: datetime) -> None:
    execute(
        update(RefreshToken)
        .where(
            RefreshToken.tenant_id == current_tenant_id(),
            RefreshToken.grant_id == grant_id,
            RefreshToken.spent_at.is_(None),
        )
        .values(spent_at=now)
    )


def _end_stolen(holder: Holder) -> None:
    end_grant(holder.grant_id)
    security.note(security.TOKEN_REUSED, "api_grant", holder.grant_id, actor_id=holder.member_id)


def _add_refresh(grant_id: UUID, parent_id: UUID | None) -> str:
    token, now = f"nbr_{secrets.token_urlsafe(32)}", clock.now()
    execute(
        insert(RefreshToken).values(
            tenant_id=current_tenant_id(),
            id=new_id(),
            grant_id=grant_id,
            parent_id=parent_id,
            token_hash=hash_of(token),
            issued_at=now,
            expires_at=now + REFRESH_LASTS,
        )
    )
    return token


def _find_grant(client_id: str) -> Holder | None:
    try:
        return lock_grant(UUID(client_id))
    except ValueError:
        return None


def _give_out(holder: Holder, scope: str | None, *, refresh_token: str | None = None) -> Issued:
    """Sign an access token for all of a grant's scopes, or for those asked for."""
    wanted = frozenset((scope or "").split()) or holder.scopes
    if not wanted or wanted - holder.scopes:
        raise TokenRefused("invalid_scope", "It may not do all of that.")
    now, url = clock.now(), current_app.extensions["settings"].public_url
    slug = get_tenant_by_id(current_tenant_id()).slug
    access = jwt.Access(
        issuer=issuer_of(url, slug),
        audience=audience_of(url, slug),
        tenant_id=current_tenant_id(),
        member_id=holder.member_id,
        client_id=holder.grant_id,
        epoch=holder.epoch,
        scopes=wanted,
    )
    signer = keys.current_signer()
    lasts = min(ACCESS_LASTS, holder.expires_at - now) if holder.expires_at else ACCESS_LASTS
    return Issued(
        grant_id=holder.grant_id,
        access_token=jwt.sign(access, signer.id, signer.private, now, lasts),
        refresh_token=refresh_token,
        expires_in_s=int(lasts.total_seconds()),
        scopes=wanted,
    )
