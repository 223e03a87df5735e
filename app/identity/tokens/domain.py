"""Rules of access by programs: how long things last, and what a scope may be."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from app.core.errors import Invalid
from app.core.words import LONGEST_NAME

ACCESS_LASTS = timedelta(minutes=15)
REFRESH_LASTS = timedelta(days=30)
GRANT_LASTS = timedelta(days=180)
# A client whose answer was lost on the way asks again within this time and is no thief.
RETRY_WITHIN = timedelta(seconds=10)
# A key signs nothing after it is retired, but for requests that were under way.
HONOURED = ACCESS_LASTS + timedelta(minutes=1)

PERSON, MACHINE = "person", "machine"


def issuer_of(public_url: str, slug: str) -> str:
    """Who a restaurant's access tokens say they are from, whatever host was asked."""
    return f"{public_url.rstrip('/')}/t/{slug}"


def audience_of(public_url: str, slug: str) -> str:
    """Whom they are for: the restaurant's API."""
    return f"{issuer_of(public_url, slug)}/api"


def check_scopes(scopes: Iterable[str]) -> list[str]:
    """The scopes in order, or Invalid (`scopes`) where there are none."""
    chosen = sorted(set(scopes))
    if not chosen:
        sentence = "Choose at least one thing that it may do."
        raise Invalid("scopes", sentence, {"scopes": [sentence]})
    return chosen


def check_name(name: str) -> str:
    """The name that it is recognised by later, or Invalid (`name`)."""
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        sentence = f"A name has 1 to {LONGEST_NAME} characters."
        raise Invalid("name", sentence, {"name": [sentence]})
    return name


def is_honoured(retired_at: datetime | None, at: datetime) -> bool:
    """Whether tokens that a signing key has signed may still be alive."""
    return retired_at is None or at < retired_at + HONOURED
