"""Hashes of passwords and PINs: argon2id, 64 MiB, three passes, two lanes (about 0.1 s)."""

import hashlib
import hmac
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

_hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=2)

# The hash of a secret that nobody knows: who has no hash costs as much time as who has one.
NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=2"
    "$S9e1BOTlERSQLkxIyXsaYw$LhEjErAFMMJ3G0xa3O0SC+caR40GeAdyeQG7c/IYdUw"
)


def normalised(secret: str) -> str:
    """A secret as it is measured and hashed, whichever keyboard wrote it: NFKC (SP 800-63B-4)."""
    return unicodedata.normalize("NFKC", secret)


def hash_secret(secret: str) -> str:
    """The argon2id hash of a password or a peppered PIN."""
    return _hasher.hash(normalised(secret))


def is_right(secret_hash: str | None, secret: str) -> bool:
    """Whether a secret fits a hash. None fits nothing and takes as long to say so."""
    try:
        _hasher.verify(secret_hash or NOBODY, normalised(secret))
        return secret_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def is_dated(secret_hash: str) -> bool:
    """Whether a hash was made with other parameters than ours now."""
    return _hasher.check_needs_rehash(secret_hash)


def peppered(pin: str) -> str:
    """A PIN bound to the installation's secret key, as it is hashed and proven.

    Ten thousand PINs are tried in minutes by whoever has the table alone, so that the table
    alone must not do.
    """
    return keyed_digest("pin", pin).hex()


def keyed_digest(purpose: str, text: str) -> bytes:
    """A digest that nobody without the installation's secret key can work out or check."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.digest(key, f"{purpose}:{text}".encode(), hashlib.sha256)
