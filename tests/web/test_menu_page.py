"""The page of what is left: 86 and counts, by those who may."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask

from app.core import clock
from app.menu.queries import counted_menu
from tests.support.restaurants import Restaurant
from tests.support.visitor import Visitor, signed_in


@pytest.fixture(scope="module")
def bistro(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    """A restaurant of its own, whose counts these tests change."""
    return new_restaurant()


@pytest.fixture
def carol(app: Flask, bistro: Restaurant) -> Visitor:
    """Carol, who cooks and may say what is left."""
    visitor = signed_in(app, bistro.people["carol"])
    visitor.get(f"{bistro.url}/menu")
    return visitor


def row(page: BeautifulSoup, row_id: object) -> Tag:
    found = page.find(id=f"left-{row_id}")
    assert isinstance(found, Tag)
    return found


def said(page: BeautifulSoup, row_id: object) -> str:
    chip = row(page, row_id).select_one(".chip")
    assert chip is not None
    return chip.get_text(strip=True)


def form_of(page: BeautifulSoup, row_id: object) -> Tag:
    form = row(page, row_id).form
    assert form is not None
    return form


def counted(bistro: Restaurant, name: str) -> Decimal | None:
    with bistro.inside():
        menu = counted_menu(bistro.location, clock.now())
    return next(one.counted_left for group in menu for one in group.rows if one.name == name)


def test_every_item_and_every_size_has_a_row(carol: Visitor, bistro: Restaurant) -> None:
    page = carol.get(f"{bistro.url}/menu")

    assert said(page, bistro.items["Steak"]) == "on sale"
    assert said(page, bistro.variants["Gelato/Large"]) == "on sale"
    assert "€5.00" in row(page, bistro.variants["Gelato/Large"]).get_text()


def test_an_item_goes_off_sale_and_comes_back(carol: Visitor, bistro: Restaurant) -> None:
    item_id = bistro.items["Steak"]
    assert carol.page is not None
    off = form_of(carol.page, item_id)

    page = carol.submit(off, {"is_86": "1"})
    assert said(page, item_id) == "86"

    page = carol.submit(form_of(page, item_id), {"is_86": "0"})
    assert said(page, item_id) == "on sale"


def test_the_row_alone_is_answered_to_htmx(carol: Visitor, bistro: Restaurant) -> None:
    item_id = bistro.items["Espresso"]

    answer = carol.post(f"{bistro.url}/menu/{item_id}/left", is_86="0", counted_left="3")

    assert said(answer, item_id) == "3 left"
    assert answer.html is None
    assert counted(bistro, "Espresso") == 3


def test_one_size_is_counted_by_itself(carol: Visitor, bistro: Restaurant) -> None:
    assert carol.page is not None
    form = form_of(carol.page, bistro.variants["Gelato/Small"])

    page = carol.submit(form, {"is_86": "0", "counted_left": "0"})

    assert said(page, bistro.variants["Gelato/Small"]) == "sold out"
    assert said(page, bistro.variants["Gelato/Large"]) == "on sale"


@pytest.mark.parametrize("wrong", ["-1", "many", "1.2345678e99"])
def test_a_count_that_is_none_is_refused(carol: Visitor, bistro: Restaurant, wrong: str) -> None:
    path = f"{bistro.url}/menu/{bistro.items['Water']}/left"

    answer = carol.post(path, status=422, is_86="0", counted_left=wrong)

    assert "A count is a number" in answer.get_text()
    assert counted(bistro, "Water") is None


def test_a_count_is_cleared_by_an_empty_field(carol: Visitor, bistro: Restaurant) -> None:
    path = f"{bistro.url}/menu/{bistro.items['Bruschetta']}/left"
    carol.post(path, is_86="0", counted_left="7")

    carol.post(path, is_86="0", counted_left="")

    assert counted(bistro, "Bruschetta") is None


def test_another_restaurants_item_is_not_found(
    carol: Visitor, bistro: Restaurant, trattoria: Restaurant
) -> None:
    carol.post(f"{bistro.url}/menu/{trattoria.items['Steak']}/left", status=404, is_86="1")


def test_a_server_may_not_say_what_is_left(app: Flask, bistro: Restaurant) -> None:
    bob = signed_in(app, bistro.people["bob"])

    bob.get(f"{bistro.url}/menu", status=403)
    bob.post(f"{bistro.url}/menu/{bistro.items['Steak']}/left", status=403, is_86="1")
