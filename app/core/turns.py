"""Taking turns at what must not happen twice at once in a tenant, and has no row to lock."""

from sqlalchemy import text

from app.core.db import execute
from app.core.tenant import current_tenant_id

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:turn, 0))")


def take_turn(at: str) -> None:
    """Wait for whoever is at the same thing in this tenant; one's turn ends with the transaction.

    What is read after this is as the one before has left it.
    """
    execute(_LOCK, {"turn": f"{current_tenant_id()}:{at}"})
