"""Identifiers: UUIDv7, made by the application, so that rows sort by the time they were made."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a new UUIDv7 (RFC 9562)."""
    return uuid7()
