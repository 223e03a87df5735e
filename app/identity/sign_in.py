"""Proving who one is by password, and never by trying for long; and signing out.

Another browser of the same person is not made to wait. Where the account has a second factor, the
password opens no session: see account/second_step.py.
"""

from dataclasses import dataclass
from uuid import UUID

from app.core import audit, security
from app.core.db import transaction
from app.core.ids import new_id
from app.core.tenant import current_tenant_id
from app.identity import tablet
from app.identity.account.factors import has_factor
from app.identity.account.half import mark_of
from app.identity.account.people import (
    find_account,
    find_member_of,
    get_holder,
    hold_account,
    lacks_factor,
    renew_hash,
)
from app.identity.errors import WrongSecret
from app.identity.logins import end_login, open_login
from app.identity.passwords import is_right
from app.identity.queries import Login, PairedDevice
from app.identity.tries import forget_failures, note_failure, stand_in_line, subject_of

UNPROVEN = "The e-mail or the password is wrong."


@dataclass(frozen=True, kw_only=True)
class Proven:
    """Whose password was right.

    `token` is None while the second factor is still asked for; `mark` says for which password.
    """

    member_id: UUID
    token: str | None = None
    mark: str = ""


@dataclass(frozen=True, kw_only=True)
class _Claim:
    """Who somebody says to be. `member_id` is None where there is nobody like that."""

    account_id: UUID
    member_id: UUID | None
    secret_hash: str | None
    has_factor: bool


def sign_in(
    email: str,
    password: str,
    address: str,
    previous: Login | None = None,
    device: PairedDevice | None = None,
) -> Proven:
    """Prove an account by its password; open a session where nothing more is asked for.

    `email` is in the form that `core.mail_address` gives it: no other finds an account.
    `address` is where the try comes from, `previous` the session that it replaces, `device` the
    tablet that it is made at. Raises WrongSecret, also for an unknown e-mail, TooManyTries, and
    at a tablet what `tablet.receive` raises. Opens its own transaction, which must be the
    outermost: a refused try is committed.
    """
    subject = subject_of("password", email, address)
    proven = None
    with transaction():
        stand_in_line(subject)
        claim = _claim_of_account(email)
        if _prove(subject, claim, email, password) and claim.member_id:
            proven = admit(claim.member_id, previous, device, asks_more=claim.has_factor)
    if proven is None:
        raise WrongSecret(UNPROVEN)
    return proven


def admit(
    member_id: UUID,
    previous: Login | None = None,
    device: PairedDevice | None = None,
    *,
    asks_more: bool,
) -> Proven:
    """Who has proven the password, inside that transaction: let in where nothing more is asked."""
    if asks_more:
        return Proven(member_id=member_id, mark=mark_of(get_holder(member_id)))
    return Proven(member_id=member_id, token=let_in(member_id, previous, device))


def let_in(
    member_id: UUID, previous: Login | None = None, device: PairedDevice | None = None
) -> str:
    """Open a session for who has proven all that is asked for, inside that transaction."""
    if device is not None and device.is_tablet:
        tablet.receive(device, member_id)
    elif previous is not None:
        end_login(previous.id)
    audit.record("session.sign_in", "member", member_id, actor_id=member_id)
    return open_login(
        member_id,
        device=device if device and device.is_tablet else None,
        lacks_factor=lacks_factor(member_id),
    )


def sign_out(login: Login) -> None:
    """End the session of this browser."""
    member_id = login.person.member_id
    with transaction():
        end_login(login.id)
        audit.record("session.sign_out", "member", member_id, actor_id=member_id)


def _claim_of_account(email: str) -> _Claim:
    """The same three statements whether or not the account and the member are there."""
    account = find_account(email)
    account_id = account.id if account else new_id()
    member_id = find_member_of(account_id)
    return _Claim(
        account_id=account_id,
        member_id=member_id,
        secret_hash=account.secret_hash if account and member_id else None,
        has_factor=has_factor(account_id),
    )


def _prove(subject: str, claim: _Claim, email: str, password: str) -> bool:
    """Compare, and note the failure or forget the earlier ones."""
    if is_right(claim.secret_hash, password) and _is_held(claim, email):
        forget_failures(subject)
        renew_hash(claim.account_id, claim.secret_hash, password)
        return True
    note_failure(subject)
    kind = "member" if claim.member_id else "tenant"
    security.note(security.REFUSED, kind, claim.member_id or current_tenant_id())
    return False


def _is_held(claim: _Claim, email: str) -> bool:
    """Whether a claim still stands now that nobody else can change or forget the account.

    Comparing takes its time: who chose another password meanwhile has signed everybody out.
    """
    return hold_account(claim.account_id) and _claim_of_account(email) == claim
