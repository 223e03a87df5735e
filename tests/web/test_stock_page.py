"""The stock page: what there is, what is set aside, and what to buy."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import update

from app.core.db import execute, transaction
from app.inventory.commands import adjust
from app.inventory.models import Ingredient
from tests.support.restaurants import Restaurant
from tests.support.visitor import signed_in


@pytest.fixture
def bistro(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    """A restaurant of its own with 2 kg of tomatoes, which is low, and no mozzarella."""
    restaurant = new_restaurant()
    alice = restaurant.people["alice"].actor
    with restaurant.inside(), transaction():
        execute(update(Ingredient).values(low_at=Decimal(3)))
        for name, quantity in (("Tomato", -498), ("Mozzarella", -500)):
            ingredient_id = restaurant.ingredients[name]
            adjust(alice, restaurant.location, ingredient_id, Decimal(quantity), "counted")
    return restaurant


def test_the_list_marks_what_is_low_and_what_is_gone(app: Flask, bistro: Restaurant) -> None:
    carol = signed_in(app, bistro.people["carol"])

    page = carol.get(f"{bistro.url}/stock")

    rows = [
        [cell.get_text(strip=True) for cell in row.find_all(["th", "td"])]
        for row in page.select("tbody tr")
    ]
    assert rows == [
        ["Mozzarella", "0", "0", "0", "kg", "none left", "stops the sale"],
        ["Tomato", "2", "0", "2", "kg", "low", "warns"],
    ]


def test_what_to_buy_is_a_list_of_its_own(app: Flask, bistro: Restaurant) -> None:
    with bistro.inside(), transaction():
        execute(update(Ingredient).where(Ingredient.name == "Tomato").values(low_at=None))
    carol = signed_in(app, bistro.people["carol"])

    page = carol.get(f"{bistro.url}/stock?only=low")

    assert [row.get_text(strip=True) for row in page.select("tbody th")] == ["Mozzarella"]


def test_a_server_may_not_see_the_stock(app: Flask, bistro: Restaurant) -> None:
    signed_in(app, bistro.people["bob"]).get(f"{bistro.url}/stock", status=403)
