"""Jobs of data protection."""

from uuid import UUID

from app.core.model import Json
from app.privacy.commands import make_export


def export(payload: Json) -> None:
    """Put an export together."""
    make_export(UUID(payload["export_id"]))
