"""What a browser holds between two steps of one person: in its session, for a few minutes.

A visitor's session is a signed cookie that nobody else can write; there is nothing secret in it.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from uuid import UUID

from flask import session

from app.core import clock, idempotency
from app.core.tenant import current_tenant_id
from app.identity.domain import HALF_LASTS

_HALF = "half"


@dataclass(frozen=True)
class Half:
    """Who has given the password here and not yet the second factor, and where they wanted to."""

    member_id: UUID
    wanted: str


def begin_half(member_id: UUID, wanted: str) -> None:
    """Remember whose password was right."""
    session[_HALF] = [str(current_tenant_id()), str(member_id), wanted, _end()]


def find_half() -> Half | None:
    """Who is in the middle of signing in here, while there is time."""
    tenant_id, member_id, wanted, until = session.get(_HALF) or ("", "", "", 0.0)
    if tenant_id != str(current_tenant_id()) or until < clock.now().timestamp():
        return None
    return Half(UUID(member_id), wanted)


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
