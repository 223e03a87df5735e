"""The rules of the audit trail: how entries are chained, and when the owner is told."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.core import security

GENESIS = bytes(32)
# An entry that has no seal by then was kept from the clock, or the clock stands.
SEALED_WITHIN = timedelta(seconds=60)
WEIGHED_OVER = timedelta(minutes=10)


def chain(previous: bytes, position: int, entry: Mapping[str, Any]) -> bytes:
    """The sha256 of the hash before, an entry's place in the chain, and all its fields."""
    return hashlib.sha256(previous + canonical({**entry, "position": position})).digest()


def canonical(entry: Mapping[str, Any]) -> bytes:
    """An entry as it is hashed: JSON in UTF-8, keys in order, no spaces, times in UTC.

    Fields without a value are left out, so that a column that comes later changes no hash.
    """
    facts = {name: value for name, value in entry.items() if value is not None}
    plain = json.dumps(
        facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
    )
    return plain.encode()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """The owner is told when these acts happened so often at his restaurant within WEIGHED_OVER."""

    kind: str
    acts: tuple[str, ...]
    at_least: int


RULES = (
    Rule(kind="sign_ins", acts=(security.REFUSED,), at_least=20),
    Rule(kind="locked", acts=(security.DEVICE_LOCKED,), at_least=1),
    Rule(kind="token", acts=(security.TOKEN_REUSED,), at_least=1),
    Rule(kind="denied", acts=(security.DENIED,), at_least=50),
    Rule(kind="foreign", acts=(security.FOREIGN_SITE,), at_least=20),
)


def broken_rules(counts: Mapping[str, int]) -> list[tuple[Rule, int]]:
    """The rules that these counts of acts reach, each with its count."""
    sums = [(rule, sum(counts.get(act, 0) for act in rule.acts)) for rule in RULES]
    return [(rule, count) for rule, count in sums if count >= rule.at_least]
