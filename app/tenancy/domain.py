"""The rules of tenants and locations: business dates and slugs."""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.core.errors import Invalid

SLUG_LENGTH = range(2, 41)

# First path segments (of the host, and of a restaurant's addresses) and host labels that are or
# may become our own; tests/architecture compares them with the map of addresses.
_RESERVED_WORDS = """
    about account admin api app assets auth billing blog brand cdn confirm dashboard demo dev
    device devices docs ftp health healthz help host invite kitchen legal localhost lock login
    logout mail media menu metrics mx new ns order orders pair password pin platform pos
    privacy public readyz register reports reset root security settings setup sign-in sign-out
    sign-up signup smtp static status stream support sw system t tenant tenants terms test
    tokens unlock www
"""
RESERVED_SLUGS = frozenset(_RESERVED_WORDS.split())

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def business_day_start(day: date, zone: ZoneInfo, cutoff: time) -> datetime:
    """Return the instant (UTC) at which a location's business day starts.

    Where the clocks go back over the cut-off the first of its two passings counts, so that
    no day starts twice; where they go forward over it, the day starts as long after the gap
    as the cut-off lies in it (PEP 495, fold 0).
    """
    return datetime.combine(day, cutoff, zone).astimezone(UTC)


def business_date(instant: datetime, zone: ZoneInfo, cutoff: time) -> date:
    """Return the business date of an aware instant: a day lasts from cut-off to cut-off."""
    if instant.tzinfo is None:
        raise ValueError("A business date needs an aware instant.")
    day = instant.astimezone(zone).date()
    return day if instant >= business_day_start(day, zone, cutoff) else day - timedelta(days=1)


def date_of_work(
    instant: datetime, zone: ZoneInfo, cutoff: time, open_day: tuple[date, time] | None
) -> date:
    """Return the business date that work at an instant belongs to.

    `open_day` is the date of the day that is open, and the cut-off that it began with: it lasts
    until then, so that a new cut-off changes only days to come. No date comes twice.
    """
    wanted = business_date(instant, zone, cutoff)
    if open_day is None:
        return wanted
    day, began_with = open_day
    if instant < business_day_start(day + timedelta(days=1), zone, began_with):
        return day
    return max(wanted, day + timedelta(days=1))


def check_slug(text: str) -> str:
    """Return a slug that may stand in addresses and host names, or raise Invalid (`slug`).

    2 to 40 lower-case letters, digits and single inner hyphens, no reserved word. (Two
    hyphens together would allow `xn--`, which is read as another script.)
    """
    if len(text) not in SLUG_LENGTH:
        raise _invalid_slug("The short name has 2 to 40 characters.")
    if not _SLUG.fullmatch(text):
        raise _invalid_slug(
            "The short name has lower-case letters, digits and single hyphens between them."
        )
    if text in RESERVED_SLUGS:
        raise _invalid_slug(f"“{text}” is reserved; choose another short name.")
    return text


def slug_from(name: str) -> str:
    """Return what a name is called in addresses; "" for one without a Latin letter or digit."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: max(SLUG_LENGTH)].rstrip("-")


def _invalid_slug(sentence: str) -> Invalid:
    return Invalid("slug", sentence, {"slug": [sentence]})
