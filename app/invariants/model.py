"""What an invariant is."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Invariant:
    """A rule and the SQL that finds what breaks it.

    `number` is the rule's place in docs/invariants.md. The query returns one row an offence:
    (tenant_id, id, what is wrong).
    """

    number: int
    name: str
    sql: str


@dataclass(frozen=True, kw_only=True)
class Offence:
    """One row that breaks an invariant."""

    tenant_id: str
    id: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Finding:
    """An invariant and everything that breaks it now."""

    number: int
    name: str
    offences: tuple[Offence, ...]
