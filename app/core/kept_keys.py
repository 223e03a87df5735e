"""Keys that an installation on embedded servers makes for itself and keeps in DATA_DIR."""

import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography.fernet import Fernet


def kept_secret(data_dir: Path) -> str:
    """The key that signs cookies."""
    return _kept(data_dir / "secret_key", lambda: secrets.token_hex(32))


def kept_encryption_keys(data_dir: Path) -> tuple[str, ...]:
    """The keys that seal secrets at rest, newest first."""
    return tuple(_kept(data_dir / "encryption_keys", _fresh_key).split())


def renew_encryption_keys(data_dir: Path) -> tuple[str, ...]:
    """Put a fresh key in front; the others stay, for what runs still seals with one of them."""
    keys = (_fresh_key(), *kept_encryption_keys(data_dir))
    _replace_encryption_keys(data_dir, keys)
    return keys


def keep_newest_encryption_key(data_dir: Path) -> None:
    """Let all keys but the first go."""
    _replace_encryption_keys(data_dir, kept_encryption_keys(data_dir)[:1])


def _replace_encryption_keys(data_dir: Path, keys: Sequence[str]) -> None:
    path = data_dir / "encryption_keys"
    _written(path, "\n".join(keys)).replace(path)


def _fresh_key() -> str:
    return Fernet.generate_key().decode()


def _kept(path: Path, make: Callable[[], str]) -> str:
    """A file's content, made once and readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written under another name and linked, so that no second process reads half a key.
    fresh = _written(path, make())
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink(missing_ok=True)
    return path.read_text()


def _written(path: Path, content: str) -> Path:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(content)
    return draft
