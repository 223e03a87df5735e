"""What must be true of a restaurant's money after anything: asked of the database, and of the
terminal's own ledger.
"""

from uuid import UUID

from psycopg import Connection
from sqlalchemy import create_engine

from app.core.settings import sqlalchemy_url
from app.invariants.check import check_invariants
from app.invariants.gateway import check_gateway
from app.invariants.model import Offence
from app.payments.gateway import Gateway

ABOUT_MONEY = {1, 2, 3, 4, 6, 7, 13}
PAYMENTS = "SELECT id FROM payment WHERE tenant_id = %s"
GIVEN_BACK = """
SELECT p.id, sum(r.amount_minor + CASE r.kind WHEN 'reversal' THEN p.tip_minor ELSE 0 END)::bigint
FROM payment p JOIN refund r ON r.tenant_id = p.tenant_id AND r.payment_id = p.id
WHERE p.tenant_id = %s AND p.tender = 'card' AND r.state = 'done' GROUP BY p.id
"""


def check_books(owner_url: str, owner: Connection, tenant_id: UUID, gateway: Gateway) -> None:
    """Assert that ledger, bills, documents and terminal agree, to the cent."""
    assert _offences(owner_url, tenant_id, gateway) == []
    ours = {str(row[0]): row[1] for row in owner.execute(GIVEN_BACK, [tenant_id])}
    known = {str(row[0]) for row in owner.execute(PAYMENTS, [tenant_id])}
    theirs = {c.reference: c.refunded_minor for c in gateway.charges() if c.refunded_minor}
    assert ours == {reference: minor for reference, minor in theirs.items() if reference in known}


def _offences(owner_url: str, tenant_id: UUID, gateway: Gateway) -> list[tuple[str, Offence]]:
    engine = create_engine(sqlalchemy_url(owner_url))
    with engine.connect() as connection:
        findings = [f for f in check_invariants(connection) if f.number in ABOUT_MONEY]
        findings.append(check_gateway(connection, gateway))
    engine.dispose()
    return [
        (finding.name, offence)
        for finding in findings
        for offence in finding.offences
        if offence.tenant_id == str(tenant_id)
    ]
