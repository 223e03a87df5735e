"""A statement as it was sent. Imports nothing: processes that only ask it again start at once."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Statement:
    """One round trip; several parameters where it was an executemany."""

    sql: str
    parameters: tuple[dict[str, Any], ...]
    is_many: bool
