"""What tests do at a restaurant before they look: orders, by the commands of the product."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from app.core.ids import new_id
from app.floor.commands import seat
from app.identity.actor import Actor
from app.identity.devices import NewDevice, prepare_device
from app.ordering.commands import (
    NewLine,
    Placed,
    PlaceOrder,
    close_order,
    fire_settled,
    place,
)
from app.payments.commands.cash import pay_cash
from app.payments.commands.taking import Taking
from tests.support.restaurants import Restaurant


@dataclass(frozen=True)
class Wanted:
    """One line of an order, by the names of the sample menu."""

    variant: str
    quantity: int = 1
    modifiers: tuple[str, ...] = ()
    note: str = ""


def owner_of(restaurant: Restaurant) -> Actor:
    """The actor of somebody who may do everything there."""
    return next(one.actor for one in restaurant.people.values() if one.role == "owner")


def new_line(restaurant: Restaurant, wanted: Wanted, line_id: UUID | None = None) -> NewLine:
    """The line as `add_line` takes it, under a new id where none is given."""
    return NewLine(
        line_id=line_id or new_id(),
        variant_id=restaurant.variants[wanted.variant],
        quantity=Decimal(wanted.quantity),
        modifier_ids=tuple(restaurant.modifiers[name] for name in wanted.modifiers),
        note=wanted.note,
    )


def order(
    restaurant: Restaurant,
    *wanted: Wanted | str,
    actor: Actor | None = None,
    service_type: str = "dine_in",
) -> Placed:
    """Place an order at a table of its own (or for somebody to take away), inside the tenant."""
    lines = [Wanted(one) if isinstance(one, str) else one for one in wanted]
    dine_in = service_type == "dine_in"
    return place(
        actor or owner_of(restaurant),
        restaurant.location,
        PlaceOrder(
            order_id=new_id(),
            service_type=service_type,
            lines=tuple(new_line(restaurant, line) for line in lines),
            table_id=restaurant.new_table() if dine_in else None,
            guests=2,
            pickup_name="" if dine_in else "Gina",
        ),
    )


def pay(restaurant: Restaurant, placed: Placed, amount_minor: int | None = None) -> UUID:
    """Pay a bill in cash, exactly; returns the payment's id."""
    amount = placed.total_minor if amount_minor is None else amount_minor
    payment_id = new_id()
    pay_cash(
        owner_of(restaurant),
        restaurant.location,
        Taking(payment_id=payment_id, bill_id=placed.bill_id, amount_minor=amount),
        tendered_minor=amount,
    )
    return payment_id


def finish(restaurant: Restaurant, placed: Placed) -> None:
    """Pay an order, have the kitchen get what waited for that, and close it."""
    pay(restaurant, placed)
    fire_settled(restaurant.location, placed.order_id)
    close_order(owner_of(restaurant), restaurant.location, placed.order_id)


def prepare_tablet(restaurant: Restaurant) -> UUID:
    """A tablet that waits for its code, inside the restaurant; returns its id."""
    tablet = NewDevice(location_id=restaurant.location.id, kind="tablet", name="Bar tablet")
    return prepare_device(owner_of(restaurant), tablet)


def trade(restaurant: Restaurant) -> None:
    """A little of everything, so that most tables have a row: one order paid, one still open."""
    with restaurant.inside():
        first = order(
            restaurant,
            Wanted("Margherita", 2, ("Extra cheese",), "well baked"),
            Wanted("Steak", 1, ("Rare",)),
            "Espresso",
        )
        pay(restaurant, first)
        order(restaurant, "Fish of the day", "House wine/Glass")
        seat(owner_of(restaurant), restaurant.location, restaurant.new_table(), 2)
        prepare_tablet(restaurant)
