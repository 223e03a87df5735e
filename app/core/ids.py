"""Identifiers: UUIDv7, made by the application, so that rows sort by the time they were made."""

from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a new UUIDv7 (RFC 9562)."""
    return uuid7()


def made_at(some_id: UUID) -> datetime:
    """Return when an id was made, which its first 48 bits say in ms since 1970 (RFC 9562)."""
    return datetime.fromtimestamp((some_id.int >> 80) / 1000, UTC)
