"""A day's trade with everything that reports must get right, by the commands of the product."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from app.core.db import execute
from app.core.ids import new_id
from app.core.tenant import current_tenant_id
from app.identity.actor import Actor
from app.ordering.commands import Placed, void_line
from app.payments.commands.card import settle_answer, start_card
from app.payments.commands.cash import pay_cash
from app.payments.commands.refunds import refund
from app.payments.commands.taking import Taking
from app.payments.domain.gateway import Answer
from app.payments.gateway import ChargeResult
from tests.support.restaurants import Restaurant
from tests.support.trade import Wanted, order, owner_of, pay


@dataclass(frozen=True, kw_only=True)
class Takings:
    """The orders of the day: settled in cash, by both tenders after a void, still open."""

    cash: Placed
    both: Placed
    still_open: Placed
    refund_id: UUID


def take_a_day(restaurant: Restaurant) -> Takings:
    """Trade inside the tenant: cash with change, a void, part payments with a tip, a refund."""
    cash = order(restaurant, Wanted("Margherita", 2, ("Extra cheese",)), "House wine/Glass")
    paid = new_id()
    pay_cash(
        owner_of(restaurant),
        restaurant.location,
        Taking(payment_id=paid, bill_id=cash.bill_id, amount_minor=cash.total_minor),
        tendered_minor=cash.total_minor + 137,
    )
    both = order(restaurant, "Bruschetta", Wanted("Steak", 1, ("Rare",)), "Espresso")
    void(restaurant, both, "Bruschetta")
    due = total_of(both)
    pay(restaurant, both, due // 3)
    pay_by_card(restaurant, both, due - due // 3, tip_minor=251)
    still_open = order(restaurant, "Fish of the day", "Water")
    pay(restaurant, still_open, 500)
    refund_id = new_id()
    refund(owner_of(restaurant), restaurant.location, paid, refund_id, 733, "Cold pizza")
    return Takings(cash=cash, both=both, still_open=still_open, refund_id=refund_id)


def pay_by_card(
    restaurant: Restaurant, placed: Placed, amount_minor: int, *, tip_minor: int = 0
) -> UUID:
    """Pay by card as far as the product goes without its terminal: the answer is given here."""
    payment_id, actor = new_id(), owner_of(restaurant)
    taking = Taking(
        payment_id=payment_id,
        bill_id=placed.bill_id,
        amount_minor=amount_minor,
        tip_minor=tip_minor,
    )
    start_card(actor, restaurant.location, taking)
    answer = ChargeResult(
        reference=str(payment_id),
        state="captured",
        amount_minor=amount_minor + tip_minor,
        currency=restaurant.location.currency,
        brand="Visa",
        last4="4242",
    )
    settle_answer(restaurant.location, payment_id, Answer.CAPTURED, answer)
    return payment_id


def void(restaurant: Restaurant, placed: Placed, name: str, actor: Actor | None = None) -> None:
    """Take one item off an order, as something that was made; the owner does, or `actor`."""
    line = execute(
        text(
            "SELECT id, version FROM order_line"
            " WHERE tenant_id = :tenant_id AND order_id = :order_id AND name = :name"
        ),
        {"tenant_id": current_tenant_id(), "order_id": placed.order_id, "name": name},
    ).one()
    actor = actor or owner_of(restaurant)
    void_line(actor, restaurant.location, line.id, line.version, reason="Dropped", made=True)


def total_of(placed: Placed) -> int:
    """What the order's bill comes to now."""
    return int(
        execute(
            text("SELECT total_minor FROM bill WHERE tenant_id = :tenant_id AND id = :bill_id"),
            {"tenant_id": current_tenant_id(), "bill_id": placed.bill_id},
        ).scalar_one()
    )


def document_of(placed: Placed, kind: str = "sale") -> UUID:
    """The paper of an order's bill."""
    found = execute(
        text(
            "SELECT id FROM fiscal_document"
            " WHERE tenant_id = :tenant_id AND bill_id = :bill_id AND kind = :kind"
        ),
        {"tenant_id": current_tenant_id(), "bill_id": placed.bill_id, "kind": kind},
    ).scalar_one()
    return UUID(str(found))
