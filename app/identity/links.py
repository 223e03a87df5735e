"""Links in mails: made, looked at, and used once. The token stands in the mail alone."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Row, insert, select, update

from app.core import clock
from app.core.db import execute, transaction
from app.core.errors import DomainError
from app.core.ids import new_id
from app.core.model import Json
from app.core.tenant import current_tenant_id
from app.identity.models import EmailLink
from app.identity.queries import hash_of

Kind = Literal["confirm", "invite", "reset", "email"]


class LinkOver(DomainError):
    """The link was used, has run out, or never was."""

    status = 410

    def __init__(self) -> None:
        super().__init__("link_over", "This link has been used or has run out. Ask for a new one.")


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link that may still be followed."""

    id: UUID
    email: str
    member_id: UUID | None
    data: Json


def make_link(
    kind: Kind,
    email: str,
    *,
    lasts: timedelta,
    member_id: UUID | None = None,
    data: Json | None = None,
) -> str:
    """Make a link and return its token. Earlier ones of this kind to this address are over."""
    token, now = secrets.token_urlsafe(32), clock.now()
    with transaction():
        execute(
            update(EmailLink)
            .where(
                EmailLink.tenant_id == current_tenant_id(),
                EmailLink.kind == kind,
                EmailLink.email == email,
                EmailLink.used_at.is_(None),
            )
            .values(used_at=now)
        )
        execute(
            insert(EmailLink).values(
                tenant_id=current_tenant_id(),
                id=new_id(),
                kind=kind,
                token_hash=hash_of(token),
                email=email,
                member_id=member_id,
                data=data or {},
                created_at=now,
                expires_at=now + lasts,
            )
        )
    return token


def look_at(kind: Kind, token: str) -> Link:
    """What a link is about, without using it; raises LinkOver."""
    row = execute(
        select(EmailLink.id, EmailLink.email, EmailLink.member_id, EmailLink.data).where(
            *_live(kind, token)
        )
    ).one_or_none()
    return _link(row)


def use(kind: Kind, token: str) -> Link:
    """Use a link up, in the transaction of what it allows; raises LinkOver for the second."""
    row = execute(
        update(EmailLink)
        .where(*_live(kind, token))
        .values(used_at=clock.now())
        .returning(EmailLink.id, EmailLink.email, EmailLink.member_id, EmailLink.data)
    ).one_or_none()
    return _link(row)


def _live(kind: Kind, token: str) -> tuple[ColumnElement[bool], ...]:
    return (
        EmailLink.tenant_id == current_tenant_id(),
        EmailLink.kind == kind,
        EmailLink.token_hash == hash_of(token),
        EmailLink.used_at.is_(None),
        EmailLink.expires_at > clock.now(),
    )


def _link(row: Row[tuple[UUID, str, UUID | None, Json]] | None) -> Link:
    if row is None:
        raise LinkOver
    return Link(id=row.id, email=row.email, member_id=row.member_id, data=row.data)
