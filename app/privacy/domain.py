"""How long each kind of thing is kept: the defaults, and how far a tenant may move them.

What the law makes a restaurant keep (ledger, tax, fiscal documents: GDPR Art. 17(3)(b)) and what
proves who did what (the audit trail, which holds ids) is not among them: it stays until the
tenant is closed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.core.logs import names_secret

REMOVED = "privacy.removed"  # the act of a night that removed something
GRACE = timedelta(days=30)  # as app.tenant_close has it


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of thing that is removed `days` after it is over; `least` to `most` may be chosen."""

    name: str
    words: str
    days: int
    least: int
    most: int


KINDS = (
    Kind(
        name="guests",
        words="Guests' names and notes on closed orders",
        days=30,
        least=1,
        most=365,
    ),
    Kind(name="sessions", words="Sign-ins that have ended", days=30, least=1, most=90),
    Kind(name="failures", words="Wrong passwords and PINs", days=1, least=1, most=30),
    Kind(
        name="security",
        words="Networks that suspicious acts came from",
        days=30,
        least=7,
        most=90,
    ),
    Kind(name="alerts", words="Security alerts", days=90, least=30, most=365),
    Kind(name="links", words="Links that were mailed", days=30, least=1, most=90),
    Kind(name="mails", words="Mails that were sent", days=7, least=1, most=30),
    Kind(name="exports", words="Files of exported data", days=7, least=1, most=30),
    Kind(name="effects", words="Finished work in the background", days=30, least=7, most=90),
    Kind(name="gestures", words="Keys that tell repeated taps apart", days=30, least=7, most=90),
)
BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}

_SECRET_PLACES = {("login_session", "data")}
# Chains of hashes are what proves that nothing was changed: they are the restaurant's to have.
PROOFS = frozenset(
    {("audit_seal", "hash"), ("fiscal_document", "hash"), ("fiscal_document", "previous_hash")}
)
# What is said of guests is not the member's who took the order.
OF_GUESTS = frozenset({"pickup_name", "note", "title"})


def is_secret(table: str, column: str) -> bool:
    """Whether a column's values leave in no export.

    They let somebody in, or could be tried out until they do.
    """
    place = (table, column)
    return place in _SECRET_PLACES or (names_secret(column) and place not in PROOFS)
