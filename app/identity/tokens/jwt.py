"""Access tokens as text: EdDSA over what a program may do, for fifteen minutes (RFC 9068).

What verifies is the key, never the token: the one algorithm stands here, and a header that says
more than algorithm, type and key id is refused unread (`jku`, `x5u`, `jwk`, `crit`).
Cryptography and PyJWT are imported where they are used: most processes never need them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.ids import new_id
from app.identity.tokens.domain import ACCESS_LASTS

ALGORITHM, TYPE = "EdDSA", "at+jwt"
LONGEST = 4096
CLOCKS_DIFFER_BY = timedelta(seconds=5)  # two machines of one installation


class BadToken(Exception):
    """The token is not one of ours, or no longer."""


@dataclass(frozen=True, kw_only=True)
class Access:
    """What an access token says. `client_id` is the grant's id, `epoch` the member's."""

    issuer: str
    audience: str
    tenant_id: UUID
    member_id: UUID
    client_id: UUID
    epoch: int
    scopes: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Named:
    """The rows that a token says it belongs to; nothing of it is proven yet."""

    key_id: UUID
    grant_id: UUID


def new_key_pair() -> tuple[str, bytes]:
    """A fresh Ed25519 key: the private half in hexadecimal digits, the public one raw."""
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 as said above

    private = ed25519.Ed25519PrivateKey.generate()
    return private.private_bytes_raw().hex(), private.public_key().public_bytes_raw()


def sign(access: Access, key_id: UUID, private_key: str, at: datetime, lasts: timedelta) -> str:
    """The token, valid from `at` on for `lasts`, at most ACCESS_LASTS."""
    import jwt  # noqa: PLC0415 as said above
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 as said above

    issued = int(at.timestamp())
    claims = {
        "iss": access.issuer,
        "aud": access.audience,
        "sub": str(access.member_id),
        "client_id": str(access.client_id),
        "tenant": str(access.tenant_id),
        "scope": " ".join(sorted(access.scopes)),
        "epoch": access.epoch,
        "iat": issued,
        "exp": issued + int(lasts.total_seconds()),
        "jti": str(new_id()),
    }
    private = ed25519.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private_key))
    header = {"typ": TYPE, "kid": str(key_id)}
    return jwt.encode(claims, private, algorithm=ALGORITHM, headers=header)


def peek(token: str) -> Named:
    """Which key and which grant to look up; raises BadToken."""
    import jwt  # noqa: PLC0415 as said above

    if len(token) > LONGEST:
        raise BadToken
    try:
        unproven = jwt.decode_complete(token, options={"verify_signature": False})
        header, claims = unproven["header"], unproven["payload"]
        if set(header) != {"alg", "typ", "kid"}:
            raise BadToken
        if (header["alg"], header["typ"]) != (ALGORITHM, TYPE):
            raise BadToken
        return Named(key_id=UUID(header["kid"]), grant_id=UUID(claims["client_id"]))
    except (jwt.PyJWTError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BadToken from None


def verify(token: str, public_key: bytes, issuer: str, audience: str, at: datetime) -> Access:
    """What a token says, once its signature, issuer, audience and times are proven."""
    import jwt  # noqa: PLC0415 as said above
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 as said above

    try:
        claims = jwt.decode(
            token,
            ed25519.Ed25519PublicKey.from_public_bytes(public_key),
            algorithms=[ALGORITHM],
            issuer=issuer,
            audience=audience,
            options={
                "require": ["iss", "aud", "sub", "exp", "iat", "jti"],
                "strict_aud": True,
                # By our own clock, below.
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
        _check_times(claims, at)
        return _access(claims)
    except (jwt.PyJWTError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
        raise BadToken from None


def _check_times(claims: Mapping[str, Any], at: datetime) -> None:
    issued, expires, now = int(claims["iat"]), int(claims["exp"]), at.timestamp()
    too_long = expires - issued > ACCESS_LASTS.total_seconds()
    early = issued > now + CLOCKS_DIFFER_BY.total_seconds()
    if too_long or early or now >= expires:
        raise BadToken


def _access(claims: Mapping[str, Any]) -> Access:
    return Access(
        issuer=claims["iss"],
        audience=claims["aud"],
        tenant_id=UUID(claims["tenant"]),
        member_id=UUID(claims["sub"]),
        client_id=UUID(claims["client_id"]),
        epoch=int(claims["epoch"]),
        scopes=frozenset(str(claims["scope"]).split()),
    )
