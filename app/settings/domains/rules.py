"""Which host names a restaurant may ask for, and what becomes of one when its record is looked up.

Nobody gets a host by asking: whoever shows the record in its DNS first has it, and keeps it as
long as the record stands, or for KEPT_WITHOUT after it was last seen.
"""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

import idna

from app.core.errors import Invalid
from app.core.network import find_address

MOST = 10  # a tenant
KEPT_WITHOUT = timedelta(days=7)
CHECKED_EVERY = timedelta(days=1)
# A look-up that has not come back by then will not: nobody waits for it any longer.
LOOKED_FOR = timedelta(minutes=2)
LABEL, PREFIX = "_nibblix", "nibblix-verification="
LONGEST_HOST = 253 - len(LABEL) - 1

# Names that lead to no other machine or to no website.
_LOCAL = frozenset({"localhost", "local", "internal", "home", "lan", "arpa", "onion", "invalid"})
# Registries under a country's own: nobody owns "co.uk". A courtesy, for none could prove it either.
_REGISTRIES = frozenset({"ac", "co", "com", "edu", "go", "gov", "mil", "ne", "net", "or", "org"})
_HOST_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")


class Found(StrEnum):
    """What a look-up of the record showed."""

    RIGHT = "right"
    NO_RECORD = "no_record"
    OTHER_RECORD = "other_record"
    NO_ANSWER = "no_answer"
    TAKEN = "taken"


class State(StrEnum):
    """Where a domain stands."""

    WAITING = "waiting"
    FAILED = "failed"
    VERIFIED = "verified"
    MISSING = "missing"


def check_host(text: str, base_domain: str) -> str:
    """The host name in ASCII (IDNA 2008), or Invalid (`host`) with the reason.

    An address pasted from a browser is taken for its host.
    """
    try:
        host = _ascii(_host_of(text))
    except (UnicodeError, ValueError) as error:
        raise _refused("This is no domain name.") from error
    labels = host.split(".")
    if find_address(host):
        raise _refused("This is an address of a machine; a domain name is needed.")
    if len(host) > LONGEST_HOST or not all(_HOST_LABEL.fullmatch(label) for label in labels):
        raise _refused("This is no domain name.")
    if host == base_domain or host.endswith(f".{base_domain}"):
        raise _refused(f"Names under {base_domain} are given by us; you have one already.")
    if labels[-1] in _LOCAL or labels[-1].isdigit():
        raise _refused("This name cannot be reached from the internet.")
    if _is_public_suffix(labels):
        raise _refused("This belongs to everybody; name a domain that is yours.")
    return host


def record_name(host: str) -> str:
    """Where the proof stands in the DNS."""
    return f"{LABEL}.{host}"


def record_value(proof: str) -> str:
    """What stands there."""
    return PREFIX + proof


def look_at(texts: list[str], proof: str) -> Found:
    """What the records at that name prove; others may stand there too."""
    if record_value(proof) in {text.strip() for text in texts}:
        return Found.RIGHT
    is_ours = any(text.strip().startswith(PREFIX) for text in texts)
    return Found.OTHER_RECORD if is_ours else Found.NO_RECORD


def is_under_way(asked_at: datetime | None, checked_at: datetime | None, at: datetime) -> bool:
    """Whether a look-up has been ordered and is still to be done."""
    if asked_at is None or (checked_at is not None and checked_at >= asked_at):
        return False
    return at - asked_at < LOOKED_FOR


def is_given_up(missing_since: datetime, at: datetime) -> bool:
    """Whether a record has been missing for so long that the host is free for others."""
    return at - missing_since >= KEPT_WITHOUT


def state_of(
    verified_at: datetime | None, missing_since: datetime | None, problem: str | None
) -> State:
    """Where a domain stands, from what is written of it."""
    if verified_at is not None:
        return State.MISSING if missing_since else State.VERIFIED
    return State.FAILED if problem else State.WAITING


def _host_of(text: str) -> str:
    text = text.strip()
    if not text.isprintable() or " " in text:
        raise ValueError(text)  # urlsplit would leave line ends out
    parts = urlsplit(text if "//" in text else f"//{text}")
    if parts.port is not None or parts.username is not None:
        raise ValueError(text)
    return (parts.hostname or "").removesuffix(".")


def _ascii(host: str) -> str:
    if find_address(host):
        return host
    return idna.encode(host, uts46=True).decode().lower()


def _is_public_suffix(labels: list[str]) -> bool:
    under_country = len(labels) == 2 and len(labels[1]) == 2
    return len(labels) == 1 or (under_country and labels[0] in _REGISTRIES)


def _refused(sentence: str) -> Invalid:
    return Invalid("host", sentence, {"host": [sentence]})
