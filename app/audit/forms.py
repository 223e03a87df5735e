"""What the trail's page is asked for: filters and a place to go on from, all in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.errors import Invalid

LONGEST = 64


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which entries are wanted; what is empty asks for nothing. Times are the house's own."""

    person: str = ""
    act: str = ""
    kind: str = ""
    object: str = ""
    location: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, sent: Mapping[str, str]) -> "Filters":
        """The filters of an address."""
        return cls(**{one.name: sent.get(one.name, "").strip()[:LONGEST] for one in fields(cls)})

    @property
    def chosen(self) -> dict[str, str]:
        """Those that ask for something, as they stand in an address."""
        return {name: value for name, value in vars(self).items() if value}


@dataclass(frozen=True, kw_only=True)
class Place:
    """An entry that the next page begins after: newest first, its id where times are equal."""

    at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.id}"


def read_place(text: str) -> Place | None:
    """The place that an address names; None for none, and for what is no place."""
    at, _sign, entry_id = text.partition("_")
    try:
        return Place(at=datetime.fromisoformat(at), id=UUID(entry_id)) if text else None
    except ValueError:
        return None


def read_id(name: str, text: str) -> UUID | None:
    """An id, or None where none is asked for; raises Invalid for what is none."""
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise _invalid(name, "This is no number of an object.") from error


def read_time(name: str, text: str, zone: ZoneInfo) -> datetime | None:
    """A time of the house as an instant; raises Invalid for what is none."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone) if text else None
    except ValueError as error:
        raise _invalid(name, "Write the time as 2027-01-31T18:00.") from error


def _invalid(name: str, sentence: str) -> Invalid:
    return Invalid("filter", sentence, {name: [sentence]})
