"""A connection that gives its server up: `statement_timeout` is the server's own promise, and a
server that is frozen, or behind a network that swallows everything, keeps none.
"""

from typing import Any

from psycopg import Connection, OperationalError
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus

# More than the server takes to give a statement up by itself (core.db.STATEMENT_TIMEOUT_MS).
DEADLINE_S = 6.0


class PatientConnection(Connection[Any]):
    """A connection of psycopg that waits DEADLINE_S for an answer, then is closed."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait as psycopg does; raises OperationalError once the time is over."""
        try:
            return super().wait(gen, interval, DEADLINE_S if timeout is None else timeout)
        except OperationalError:
            # Half an answer may be on its way: nobody can use this connection again.
            if timeout is None and self.info.transaction_status == TransactionStatus.ACTIVE:
                self.close()
            raise
