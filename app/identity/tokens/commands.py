"""Grants: who lets which program in, and who ends it.

Revoking is one row, and every request reads it: what a grant gave out ends with it. Secrets are
returned once and kept as hashes; they are random, so that one pass of sha256 will do.
"""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert, select, update

from app.core import audit, clock
from app.core.db import execute, transaction
from app.core.errors import NotFound
from app.core.ids import new_id
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.identity.models import Member
from app.identity.permissions import API_MANAGE, require_grantable
from app.identity.queries import hash_of
from app.identity.tokens.domain import (
    GRANT_LASTS,
    MACHINE,
    PERSON,
    check_name,
    check_scopes,
)
from app.identity.tokens.exchange import Issued, end_grant, first_pair, note_end
from app.identity.tokens.models import ApiGrant


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """A machine's way in, shown once."""

    client_id: UUID
    secret: str = field(repr=False)


def issue_tokens(actor: Actor, name: str, scopes: list[str]) -> Issued:
    """Let a program of the actor's own in: a pair of tokens, of which the second makes more.

    Raises Invalid, and Forbidden for scopes that the actor lacks.
    """
    with transaction():
        grant_id = _add_grant(actor, PERSON, name, scopes, lasts=GRANT_LASTS)
        return first_pair(grant_id)


def make_key(actor: Actor, name: str, scopes: list[str], lasts: timedelta | None) -> NewKey:
    """Let a machine in, in the actor's name, for so long or until somebody revokes it.

    It belongs to the restaurant's work: raises Forbidden for who works at some locations only.
    """
    prefix = f"nbk_{secrets.token_hex(4)}"
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    with transaction():
        actor.require_everywhere(API_MANAGE)
        grant_id = _add_grant(
            actor, MACHINE, name, scopes, lasts=lasts, prefix=prefix, secret_hash=hash_of(secret)
        )
    return NewKey(client_id=grant_id, secret=secret)


def revoke(actor: Actor, grant_id: UUID) -> None:
    """End a grant and all that it gave out: one's own, or with `api.manage` anybody's."""
    with transaction():
        owner = execute(
            select(ApiGrant.member_id).where(
                ApiGrant.tenant_id == current_tenant_id(), ApiGrant.id == grant_id
            )
        ).scalar_one_or_none()
        if owner != actor.member_id:
            actor.require_everywhere(API_MANAGE)
        if owner is None:
            raise NotFound("no_grant", "There is no such access.")
        end_grant(grant_id)
        note_end(actor.member_id, grant_id)


def end_grants(actor: Actor, member_id: UUID) -> None:
    """End all that a member has let in, machines included: who comes back lets them in anew.

    For commands that end the membership, and ask for the right to.
    """
    with transaction():
        ended = execute(
            update(ApiGrant)
            .where(
                ApiGrant.tenant_id == current_tenant_id(),
                ApiGrant.member_id == member_id,
                ApiGrant.revoked_at.is_(None),
            )
            .values(revoked_at=clock.now())
            .returning(ApiGrant.id)
        ).scalars()
        for grant_id in ended.all():
            note_end(actor.member_id, grant_id)


def end_tokens(member_id: UUID) -> None:
    """End every token of a member's own programs, for whoever signs him out everywhere.

    Keys of machines stay: they belong to the restaurant's work and end by being revoked, or
    with the member.
    """
    with transaction():
        execute(
            update(Member)
            .where(Member.tenant_id == current_tenant_id(), Member.id == member_id)
            .values(token_epoch=Member.token_epoch + 1)
        )


def _add_grant(
    actor: Actor,
    kind: str,
    name: str,
    scopes: list[str],
    *,
    lasts: timedelta | None,
    prefix: str = "",
    secret_hash: bytes | None = None,
) -> UUID:
    actor.require(API_MANAGE)
    chosen = check_scopes(scopes)
    require_grantable(actor.permissions, chosen)
    grant_id, now = new_id(), clock.now()
    epoch = select(Member.token_epoch).where(
        Member.tenant_id == current_tenant_id(), Member.id == actor.member_id
    )
    expires_at = now + lasts if lasts else None
    execute(
        insert(ApiGrant).values(
            tenant_id=current_tenant_id(),
            id=grant_id,
            member_id=actor.member_id,
            kind=kind,
            name=check_name(name),
            scopes=chosen,
            prefix=prefix,
            secret_hash=secret_hash,
            epoch=epoch.scalar_subquery(),
            created_at=now,
            expires_at=expires_at,
        )
    )
    after = {"kind": kind, "scopes": chosen, "expires_at": str(expires_at) if expires_at else None}
    audit.record(API_MANAGE, "api_grant", grant_id, actor_id=actor.member_id, after=after)
    return grant_id
