"""Secrets that must be read again, sealed at rest: MultiFernet, the newest key first.

What only has to be recognised (passwords, PINs, tokens) is hashed instead. A key is replaced by
`make rotate-keys`: see app/core/rotation.py.
"""

from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import Flask, current_app
from sqlalchemy import Text
from sqlalchemy.types import TypeDecorator


def keyring(keys: Sequence[str]) -> MultiFernet:
    """Seals with the first key, opens with any. Raises ValueError for what is no Fernet key."""
    return MultiFernet([Fernet(key) for key in keys])


def init_keyring(app: Flask, keys: Sequence[str]) -> None:
    """Give the application its keys, newest first."""
    app.extensions["keyring"] = keyring(keys)


def seal(plain: str) -> str:
    """A secret as it may stand in a table."""
    ring: MultiFernet = current_app.extensions["keyring"]
    return ring.encrypt(plain.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed; raises RuntimeError where none of the keys fits."""
    ring: MultiFernet = current_app.extensions["keyring"]
    try:
        return ring.decrypt(sealed).decode()
    except InvalidToken as error:
        raise RuntimeError("a sealed value fits none of ENCRYPTION_KEYS") from error


def is_sealed(value: object) -> bool:
    """Whether a value is what `seal` makes: a version and, for centuries, the same first bytes."""
    return isinstance(value, str) and value.startswith("gAAAAA")


class Sealed(TypeDecorator[str]):
    """A text column that is sealed on its way in and opened on its way out."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:  # noqa: ARG002
        """SQLAlchemy's hook for what goes in."""
        return None if value is None else seal(value)

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:  # noqa: ARG002
        """SQLAlchemy's hook for what comes out."""
        return None if value is None else unseal(value)
