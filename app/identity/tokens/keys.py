"""The keys that sign a restaurant's access tokens: made when first needed, rotated, published.

Each tenant has its own, so that what one key opens is one restaurant, and no table outside the
tenants is needed. What is called here stands inside a transaction of the caller's, but rotating,
which opens its own.
"""

import base64
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from app.core import audit, clock
from app.core.db import execute, transaction
from app.core.ids import new_id
from app.core.model import Json
from app.core.tenant import current_tenant_id
from app.identity.tokens.domain import HONOURED, is_honoured
from app.identity.tokens.jwt import ALGORITHM, new_key_pair
from app.identity.tokens.models import SigningKey

ROTATED = "api.rotate_key"


@dataclass(frozen=True, kw_only=True)
class Signer:
    """The key that signs at present."""

    id: UUID
    private: str = field(repr=False)


def current_signer() -> Signer:
    """The key to sign with; the first who asks makes it."""
    row = _find_active()
    if row is None:
        _add_key()
        row = _find_active()
    if row is None:
        raise RuntimeError("a signing key that was just made is not there")
    return row


def rotate_signing_key() -> UUID:
    """Retire the key and sign with a new one; what the old one signed runs out by itself."""
    with transaction():
        old = execute(
            update(SigningKey)
            .where(SigningKey.tenant_id == current_tenant_id(), SigningKey.retired_at.is_(None))
            .values(retired_at=clock.now())
            .returning(SigningKey.id)
        ).scalar_one_or_none()
        _add_key()
        new = current_signer().id
        before = {"key_id": str(old)} if old else None
        audit.record(ROTATED, "signing_key", new, actor_id=None, before=before)
    return new


def public_keys() -> Json:
    """The keys that prove tokens at present, as a JWK Set (RFC 7517, RFC 8037)."""
    rows = execute(
        select(SigningKey.id, SigningKey.public_key, SigningKey.retired_at)
        .where(SigningKey.tenant_id == current_tenant_id())
        .order_by(SigningKey.created_at.desc())
    )
    honoured = [row for row in rows if is_honoured(row.retired_at, clock.now())]
    return {"keys": [_jwk(row.id, row.public_key) for row in honoured]}


def drop_old_keys() -> None:
    """Forget the keys that prove nothing any more."""
    over = clock.now() - HONOURED
    execute(
        delete(SigningKey).where(
            SigningKey.tenant_id == current_tenant_id(), SigningKey.retired_at < over
        )
    )


def _find_active() -> Signer | None:
    row = execute(
        select(SigningKey.id, SigningKey.private_key).where(
            SigningKey.tenant_id == current_tenant_id(), SigningKey.retired_at.is_(None)
        )
    ).one_or_none()
    return Signer(id=row.id, private=row.private_key) if row else None


def _add_key() -> None:
    """Two who are first at once wait for each other, and the second one's key is left out."""
    private, public = new_key_pair()
    execute(
        insert(SigningKey)
        .values(
            tenant_id=current_tenant_id(),
            id=new_id(),
            public_key=public,
            private_key=private,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing()
    )


def _jwk(key_id: UUID, public_key: bytes) -> Json:
    x = base64.urlsafe_b64encode(public_key).rstrip(b"=").decode()
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "alg": ALGORITHM,
        "use": "sig",
        "kid": str(key_id),
        "x": x,
    }
