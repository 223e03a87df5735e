"""Orders that cost nothing: no payment comes to settle them."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.core.db import execute, transaction
from app.core.errors import Invalid
from app.core.tenant import current_tenant_id
from app.menu.models import Price
from app.ordering import commands
from app.ordering.models import Bill, Line, Order
from tests.support.restaurants import Restaurant
from tests.support.trade import order, owner_of


@pytest.fixture
def bistro(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    restaurant = new_restaurant()
    with restaurant.inside(), transaction():
        execute(
            update(Price)
            .where(
                Price.tenant_id == current_tenant_id(),
                Price.variant_id == restaurant.variants["Water"],
            )
            .values(amount_minor=0)
        )
    return restaurant


def states(model: type[Order] | type[Bill] | type[Line], order_id: UUID) -> list[str]:
    key = model.id if model is Order else model.order_id  # type: ignore[union-attr]
    chosen = (model.tenant_id == current_tenant_id(), key == order_id)
    return list(execute(select(model.state).where(*chosen)).scalars())


def test_a_free_takeaway_is_settled_and_fired_when_it_is_sent(bistro: Restaurant) -> None:
    with bistro.inside():
        placed = order(bistro, "Water", service_type="takeaway")

        assert placed.total_minor == 0
        assert placed.firing_id is not None
        assert states(Bill, placed.order_id) == ["settled"]


def test_a_free_table_can_be_closed(bistro: Restaurant) -> None:
    with bistro.inside():
        placed = order(bistro, "Water")
        commands.close_order(owner_of(bistro), bistro.location, placed.order_id)

        assert states(Order, placed.order_id) == ["closed"]
        assert states(Bill, placed.order_id) == ["settled"]


def test_a_table_whose_lines_are_all_voided_can_be_closed(bistro: Restaurant) -> None:
    with bistro.inside():
        placed = order(bistro, "Espresso")
        line = execute(
            select(Line.id, Line.version).where(
                Line.tenant_id == current_tenant_id(), Line.order_id == placed.order_id
            )
        ).one()
        owner = owner_of(bistro)
        commands.void_line(
            owner, bistro.location, line.id, line.version, reason="Wrong item", made=False
        )
        commands.close_order(owner, bistro.location, placed.order_id)

        assert states(Order, placed.order_id) == ["closed"]
        assert states(Bill, placed.order_id) == ["void"]


def test_giving_up_a_sent_order_needs_a_reason(bistro: Restaurant) -> None:
    with bistro.inside():
        placed = order(bistro, "Espresso")

        with pytest.raises(Invalid):
            commands.cancel_order(owner_of(bistro), bistro.location, placed.order_id, "  ")

        assert states(Order, placed.order_id) == ["open"]
