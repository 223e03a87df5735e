"""What a card gateway can do, whoever is behind it, and how its calls can end.

A call ends in one of three ways, and the difference decides whether money may have moved:

- it returns a result: the gateway has told the outcome;
- `GatewayRefused`: it certainly did not happen, for nothing was sent or the gateway would not act;
- `GatewayUnknown` (`GatewayTimeout` when no answer came in time): it may have happened. Ask with
  `find`, repeat under the *same* reference, or fence it with `cancel`. Never charge anew.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

ChargeState = Literal["captured", "declined", "cancelled", "voided"]


class GatewayError(Exception):
    """A call that brought no result. `str()` is a sentence for logs, not for guests."""


class GatewayRefused(GatewayError):
    """The call certainly had no effect: it never left, or was refused as malformed."""


class GatewayUnknown(GatewayError):
    """The call may have had its effect; only asking again can tell."""


class GatewayTimeout(GatewayUnknown):
    """No answer came in time."""


@dataclass(frozen=True, kw_only=True)
class ChargeResult:
    """A charge as the gateway has it.

    `amount_minor` is in minor units of `currency` (ISO 4217). Amount 0, currency and card
    (`brand`, `last4`) empty: the reference was cancelled before any charge came. `reason` says
    why a card was declined, `refunded_minor` what was given back so far, `merchant` whose money it
    is, as it was charged; "" where that was not said.
    """

    reference: str
    state: ChargeState
    amount_minor: int
    currency: str
    brand: str
    last4: str
    reason: str | None = None
    refunded_minor: int = 0
    merchant: str = ""


@dataclass(frozen=True, kw_only=True)
class RefundResult:
    """A refund as the gateway has it; `failed` is final, with the gateway's code in `reason`."""

    reference: str
    charge_reference: str
    amount_minor: int
    state: Literal["done", "failed"]
    reason: str | None = None


class Gateway(Protocol):
    """A card gateway. References are ours, unique for ever, and make each call idempotent.

    Every method may raise `GatewayRefused` or `GatewayUnknown`.
    """

    def charge(
        self, reference: str, amount_minor: int, currency: str, merchant: str = ""
    ) -> ChargeResult:
        """Take money, once per reference. State captured, declined, or cancelled (fenced).

        `merchant` is the tenant's id: it stays with the charge whatever becomes of our payment.
        """

    def find(self, reference: str) -> ChargeResult | None:
        """The charge as it stands; None when the gateway knows of none (one may be coming)."""

    def cancel(self, reference: str, *, void_captured: bool = False) -> ChargeResult:
        """Make sure that no charge comes any more.

        What was captured stays captured and is returned so, unless `void_captured`; with it the
        result is voided, or still captured when part of it was refunded.
        """

    def refund(self, reference: str, charge_reference: str, amount_minor: int) -> RefundResult:
        """Give money back on a charge, once per reference."""

    def find_refund(self, reference: str) -> RefundResult | None:
        """The refund as it stands; None when the gateway knows of none."""

    def charges(self, prefix: str = "") -> list[ChargeResult]:
        """Every charge whose reference begins with `prefix`, for reconciliation."""
