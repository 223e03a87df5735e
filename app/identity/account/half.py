"""What a browser holds between two steps of one person: in its session, for a few minutes.

A visitor's session is a signed cookie that nobody else can write; there is nothing secret in it.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from uuid import UUID

from flask import session

from app.core import clock, idempotency
from app.core.tenant import current_tenant_id
from app.identity.account.people import Holder, find_holder, hold_holder
from app.identity.domain import HALF_LASTS
from app.identity.errors import WrongSecret
from app.identity.passwords import keyed_digest

OVER = "That took too long. Sign in again."
_HALF = "halfway"


@dataclass(frozen=True, kw_only=True)
class Half:
    """Who has given the password here and not yet the second factor, and where they wanted to.

    `mark` is of the password that was given.
    """

    member_id: UUID
    account_id: UUID
    mark: str
    wanted: str


def mark_of(holder: Holder) -> str:
    """What tells an account's password from the next one; nothing is learned of it by that."""
    return keyed_digest("half", holder.secret_hash or "").hex()


def begin_half(member_id: UUID, mark: str, wanted: str) -> None:
    """Remember whose password was right, and which."""
    session[_HALF] = [str(current_tenant_id()), str(member_id), mark, wanted, _end()]


def find_half() -> Half | None:
    """Who is in the middle of signing in here, while there is time and no newer password."""
    tenant_id, member_id, mark, wanted, until = session.get(_HALF) or ("", "", "", "", 0.0)
    if tenant_id != str(current_tenant_id()) or until < clock.now().timestamp():
        return None
    holder = find_holder(UUID(member_id))
    if holder is None or mark_of(holder) != mark:
        return None
    return Half(member_id=holder.member_id, account_id=holder.account_id, mark=mark, wanted=wanted)


def hold_half(half: Half) -> None:
    """Keep everybody else from changing the account; raises WrongSecret where one has already."""
    if mark_of(hold_holder(half.member_id)) != half.mark:
        raise WrongSecret(OVER)


def keep_challenge(purpose: str, challenge: bytes) -> None:
    """Remember what a passkey is about to sign, and for what."""
    told = urlsafe_b64encode(challenge).decode()
    session[_name(purpose)] = [str(current_tenant_id()), told, _end()]


def take_challenge(purpose: str) -> bytes | None:
    """What was to be signed for this purpose, once; None where there is nothing (left)."""
    tenant_id, challenge, until = session.pop(_name(purpose), None) or ("", "", 0.0)
    if tenant_id != str(current_tenant_id()) or until < clock.now().timestamp():
        return None
    # A copy of the visitor's cookie holds it still: used up is what this restaurant says is.
    if not idempotency.claim(f"challenge:{challenge}"):
        return None
    return urlsafe_b64decode(challenge)


def _name(purpose: str) -> str:
    return f"passkey-{purpose}"


def _end() -> float:
    return (clock.now() + HALF_LASTS).timestamp()
