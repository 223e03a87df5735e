"""Running the invariants: the SQL ones, the allowed steps of states, and the hash chains."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from app.audit.verifying import faults_of_all, unsealed_of_all
from app.floor.domain import VISIT
from app.invariants.model import Finding, Invariant, Offence
from app.invariants.money import MONEY
from app.invariants.work import WORK
from app.kitchen.domain import TICKET, TICKET_LINE
from app.ordering.commands.documents import GENESIS, chain, facts_of
from app.ordering.domain.states import BILL, LINE, ORDER
from app.ordering.models import FiscalDocument
from app.payments.domain.states import PAYMENT, REFUND

SEALED_IN_TIME = "every audit entry is sealed within 60 s"
MACHINES = {
    "bill": BILL,
    "order_line": LINE,
    "orders": ORDER,
    "payment": PAYMENT,
    "refund": REFUND,
    "ticket": TICKET,
    "ticket_line": TICKET_LINE,
    "visit": VISIT,
}

_STEPS = text(
    "SELECT tenant_id, subject_id, format('%s went from %s to %s', subject, from_state, to_state)"
    " FROM state_change WHERE subject || ' ' || from_state || ' ' || to_state <> ALL(:edges)"
).bindparams(bindparam("edges", type_=ARRAY(Text)))


def check_invariants(connection: Connection) -> list[Finding]:
    """Run every invariant over all tenants, as the owner, whom no policy binds."""
    findings = [_ask(connection, invariant) for invariant in (*MONEY, *WORK)]
    findings.append(_steps(connection))
    findings.append(_chains(connection))
    findings.append(_trail(connection))
    findings.append(_finding(16, SEALED_IN_TIME, unsealed_of_all(connection)))
    return sorted(findings, key=lambda finding: finding.number)


def _ask(connection: Connection, invariant: Invariant) -> Finding:
    return _finding(invariant.number, invariant.name, connection.execute(text(invariant.sql)))


def _finding(number: int, name: str, rows: Iterable[Any]) -> Finding:
    offences = tuple(Offence(tenant_id=str(t), id=str(i), what=str(what)) for t, i, what in rows)
    return Finding(number=number, name=name, offences=offences)


def _steps(connection: Connection) -> Finding:
    edges = [
        f"{subject} {origin} {target}"
        for subject, machine in MACHINES.items()
        for origin, target in machine.edges
    ]
    rows = connection.execute(_STEPS, {"edges": edges})
    return _finding(6, "states take allowed steps only", rows)


def _chains(connection: Connection) -> Finding:
    """Each document's hash follows from the one before and its own facts."""
    rows = connection.execution_options(yield_per=500).execute(
        select(FiscalDocument.__table__).order_by(
            FiscalDocument.tenant_id,
            FiscalDocument.register_id,
            FiscalDocument.series,
            FiscalDocument.number,
        )
    )
    offences: list[tuple[Any, Any, str]] = []
    for _series, documents in groupby(rows, key=lambda d: (d.tenant_id, d.register_id, d.series)):
        previous = GENESIS
        for document in documents:
            if document.previous_hash != previous or document.hash != chain(
                previous, facts_of(document)
            ):
                offences.append((document.tenant_id, document.id, f"number {document.number}"))
            previous = document.hash
    return _finding(13, "the hash chain of documents verifies", offences)


def _trail(connection: Connection) -> Finding:
    """Each audit entry's hash follows from the one before and its own fields; none is missing."""
    return _finding(16, "the hash chain of the audit trail verifies", faults_of_all(connection))
