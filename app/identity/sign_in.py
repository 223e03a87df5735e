"""Proving who one is: by password, by PIN, and never by trying for long.

Tries for one subject from one place stand in line (an advisory lock), so that a hundred at once
are a hundred in a row; wrong ones are kept in the database and committed before the caller is told.
Another browser of the same person is not made to wait.
"""

import hashlib
import math
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, insert, select, text

from app.core import audit, clock, security
from app.core.db import execute, transaction
from app.core.ids import new_id
from app.core.tenant import current_tenant_id
from app.identity.domain import REMEMBERED, wait_until
from app.identity.errors import TooManyTries, WrongSecret
from app.identity.logins import end_login, open_login
from app.identity.models import Member, SignInFailure
from app.identity.passwords import is_right, peppered
from app.identity.queries import Login

UNPROVEN = "The e-mail or the password is wrong."
UNPROVEN_PIN = "The PIN is wrong."


@dataclass(frozen=True)
class _Claim:
    """Who somebody says to be. `member_id` is None where there is nobody like that."""

    member_id: UUID | None
    secret_hash: str | None
    secret: str


def sign_in(email: str, password: str, address: str, previous: Login | None = None) -> str:
    """Prove an account by its password and return the token of a new session.

    `address` is where the try comes from, `previous` the session that it replaces. Raises
    WrongSecret, also for an unknown e-mail, and TooManyTries. Opens its own transaction, which
    must be the outermost: a refused try is committed.
    """
    subject = _subject("password", email.strip().lower(), address)
    token = None
    with transaction():
        _stand_in_line(subject)
        claim = _claim_of_account(email.strip(), password)
        if _prove(subject, claim) and claim.member_id:
            token = _let_in(claim.member_id, previous)
    if token is None:
        raise WrongSecret(UNPROVEN)
    return token


def switch_by_pin(login: Login, member_id: UUID, pin: str) -> str:
    """Prove a member by PIN at a browser that was opened by password; return the new token.

    The new session ends when the old one would have. Raises WrongSecret and TooManyTries.
    """
    subject = _subject("pin", str(member_id), login.browser)
    token = None
    with transaction():
        _stand_in_line(subject)
        claim = _claim_of_member(member_id, pin)
        if _prove(subject, claim) and claim.member_id:
            token = _hand_over(login, claim.member_id)
    if token is None:
        raise WrongSecret(UNPROVEN_PIN)
    return token


def sign_out(login: Login) -> None:
    """End the session of this browser."""
    member_id = login.person.member_id
    with transaction():
        end_login(login.id)
        audit.record("session.sign_out", "member", member_id, actor_id=member_id)


def _subject(*parts: str) -> str:
    """What tries are counted by, hashed: people type passwords into the e-mail's field."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _stand_in_line(subject: str) -> None:
    """Wait for other tries of the subject, and raise TooManyTries where there were many."""
    tenant_id, now = current_tenant_id(), clock.now()
    execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"),
        {"key": f"{tenant_id}:{subject}"},
    )
    failures = execute(
        select(SignInFailure.at).where(
            SignInFailure.tenant_id == tenant_id,
            SignInFailure.subject == subject,
            SignInFailure.at > now - REMEMBERED,
        )
    ).scalars()
    until = wait_until(list(failures))
    if until is not None and until > now:
        raise TooManyTries(math.ceil((until - now).total_seconds()))


def _claim_of_account(email: str, password: str) -> _Claim:
    """The same two statements whether or not the account and the member are there."""
    wanted = {"email": email}
    account = execute(
        text("SELECT id, secret FROM app.account_by_email(:email)"), wanted
    ).one_or_none()
    member_id = execute(
        select(Member.id).where(
            Member.tenant_id == current_tenant_id(),
            Member.account_id == (account.id if account else new_id()),
            Member.active,
        )
    ).scalar_one_or_none()
    return _Claim(member_id, account.secret if account and member_id else None, password)


def _claim_of_member(member_id: UUID, pin: str) -> _Claim:
    row = execute(
        select(Member.id, Member.pin_hash).where(
            Member.tenant_id == current_tenant_id(), Member.id == member_id, Member.active
        )
    ).one_or_none()
    secret = peppered(pin)
    return _Claim(row.id, row.pin_hash, secret) if row else _Claim(None, None, secret)


def _prove(subject: str, claim: _Claim) -> bool:
    """Compare, and note the failure or forget the earlier ones."""
    tenant_id = current_tenant_id()
    if is_right(claim.secret_hash, claim.secret):
        execute(
            delete(SignInFailure).where(
                SignInFailure.tenant_id == tenant_id, SignInFailure.subject == subject
            )
        )
        return True
    execute(
        insert(SignInFailure).values(
            tenant_id=tenant_id, id=new_id(), subject=subject, at=clock.now()
        )
    )
    kind = "member" if claim.member_id else "tenant"
    security.note(security.REFUSED, kind, claim.member_id or tenant_id)
    return False


def _let_in(member_id: UUID, previous: Login | None) -> str:
    if previous is not None:
        end_login(previous.id)
    audit.record("session.sign_in", "member", member_id, actor_id=member_id)
    return open_login(member_id)


def _hand_over(login: Login, member_id: UUID) -> str:
    end_login(login.id)
    audit.record(
        "session.pin_switch",
        "member",
        member_id,
        actor_id=member_id,
        before={"member_id": str(login.person.member_id)},
    )
    return open_login(
        member_id,
        opened_by=login.opened_by,
        browser=login.browser,
        expires_at=login.expires_at,
    )
