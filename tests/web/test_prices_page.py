"""The prices of one location beside the restaurant's, and what other pages make of them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask

from app.core import clock
from app.core.ids import new_id
from tests.support.chain import open_second, send_to
from tests.support.restaurants import Restaurant
from tests.support.tablet import open_table
from tests.support.visitor import Visitor, signed_in

Pair = tuple[Restaurant, Restaurant]


@pytest.fixture
def pair(new_restaurant: Callable[..., Restaurant]) -> Pair:
    first = new_restaurant()
    return first, open_second(first)


@pytest.fixture
def alice(app: Flask, pair: Pair) -> Visitor:
    return signed_in(app, pair[0].people["alice"])


def prices(place: Restaurant) -> str:
    return f"{place.url}/menu/prices"


def item(page: BeautifulSoup, place: Restaurant, name: str) -> Tag:
    found = page.find(id=f"item-{place.items[name]}")
    assert isinstance(found, Tag)
    return found


def chips(tag: Tag) -> list[str]:
    return [chip.get_text(strip=True) for chip in tag.select(".chip")]


def test_a_price_is_set_for_one_location_and_taken_back(alice: Visitor, pair: Pair) -> None:
    first, second = pair
    espresso = second.variants["Espresso"]
    alice.get(prices(second))

    page = alice.submit(alice.form(f"variants/{espresso}"), {"amount": "2.10"})
    assert chips(item(page, second, "Espresso")) == ["own price"]
    assert "€1.50" in item(page, second, "Espresso").get_text()
    assert chips(item(alice.get(prices(first)), first, "Espresso")) == []

    alice.get(prices(second))
    page = alice.submit(alice.form(f"variants/{espresso}/standard"))
    assert chips(item(page, second, "Espresso")) == []


def test_the_item_alone_is_answered_to_htmx(alice: Visitor, pair: Pair) -> None:
    _first, second = pair
    alice.get(prices(second))

    answer = alice.post(f"{prices(second)}/variants/{second.variants['Gelato/Large']}", amount="6")

    assert answer.html is None
    assert chips(item(answer, second, "Gelato")) == ["own price"]
    amounts = [str(field["value"]) for field in answer.select("[name=amount]")]
    assert amounts == ["3.00", "6.00"]


def test_a_choice_has_a_price_of_its_own_too(alice: Visitor, pair: Pair) -> None:
    _first, second = pair
    olives = second.modifiers["Olives"]
    alice.get(prices(second))

    answer = alice.post(f"{prices(second)}/modifiers/{olives}", amount="1.80")
    assert chips(answer) == ["own price"]

    answer = alice.post(f"{prices(second)}/modifiers/{olives}/standard")
    assert chips(answer) == []
    page = alice.submit(_on(alice, second, f"modifiers/{olives}"), {"amount": "0"})
    row = page.find(id=f"price-{olives}")
    assert isinstance(row, Tag)
    assert chips(row) == ["own price"]


def _on(visitor: Visitor, place: Restaurant, end: str) -> Tag:
    visitor.get(prices(place))
    return visitor.form(end)


def test_a_price_can_be_planned(alice: Visitor, pair: Pair) -> None:
    _first, second = pair
    day = (clock.now() + timedelta(days=40)).date()
    alice.get(prices(second))

    answer = alice.post(
        f"{prices(second)}/variants/{second.variants['Steak']}", amount="26", valid_from=str(day)
    )

    [chip] = chips(item(answer, second, "Steak"))
    assert chip.startswith("€26.00 from ")


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"amount": "much"}, "is not an amount"),
        ({"amount": ""}, "Say an amount"),
        ({"amount": "1.234"}, "decimal places"),
        ({"amount": "-1"}, "below zero"),
        ({"amount": "1e9"}, "is not an amount"),
        ({"amount": "10000000.01"}, "A price is at most €10,000,000.00"),
        ({"amount": "1", "valid_from": "2020-01-01"}, "today or later"),
        ({"amount": "1", "valid_from": "soon"}, "A day is like"),
        ({"amount": "1", "valid_from": "9999-12-31"}, "2999-12-31 is the last day"),
    ],
)
def test_a_price_that_is_none_is_refused_in_words(
    alice: Visitor, pair: Pair, sent: dict[str, str], sentence: str
) -> None:
    _first, second = pair
    alice.get(prices(second))

    steak = f"{prices(second)}/variants/{second.variants['Steak']}"
    refused = alice.send(steak, sent, status=422, fragment=True)

    assert sentence in refused.get_text()


def test_an_item_is_not_sold_here_and_is_taxed_otherwise(alice: Visitor, pair: Pair) -> None:
    first, second = pair
    path = f"{second.url}/menu/{second.items['Water']}/here"
    food = second.menu.tax_classes["food"]
    alice.get(prices(second))

    answer = alice.post(path, tax_class_id=food)
    assert chips(item(answer, second, "Water")) == ["not sold here", "own tax"]
    assert "10 %" in answer.get_text()

    page = alice.submit(_on(alice, second, f"{second.items['Water']}/here"), {"on_sale": "1"})
    assert chips(item(page, second, "Water")) == ["own tax"]
    assert chips(item(alice.get(prices(first)), first, "Water")) == []


def test_a_search_finds_items_and_choices_by_a_part_of_their_name(
    alice: Visitor, pair: Pair
) -> None:
    _first, second = pair

    page = alice.get(f"{prices(second)}?q=OLI")
    fragment = alice.get(f"{prices(second)}?q=gel", fragment=True)
    nothing = alice.get(f"{prices(second)}?q=zzz")

    assert [row["id"] for row in page.select(".price-row")] == [
        f"price-{second.modifiers['Olives']}"
    ]
    assert [head.get_text(strip=True) for head in fragment.select("h3")] == ["Gelato"]
    assert "Nothing found" in nothing.get_text()


def test_the_tablet_shows_and_charges_what_the_location_says(alice: Visitor, pair: Pair) -> None:
    _first, second = pair
    tablet = open_table(second, alice)
    alice.post(f"{prices(second)}/variants/{second.variants['Espresso']}", amount="2.10")
    alice.post(f"{second.url}/menu/{second.items['Water']}/here")

    tiles = tablet.screen().get_text()
    tablet.add("Espresso")
    tablet.add("Water", status=404)

    assert "2.10" in tiles
    assert "Water" not in tiles
    assert "€2.10" in tablet.screen().select_one("#bill").get_text()  # type: ignore[union-attr]


def test_guests_read_the_prices_of_the_location(app: Flask, alice: Visitor, pair: Pair) -> None:
    first, second = pair
    alice.get(prices(second))
    alice.post(f"{prices(second)}/variants/{second.variants['Espresso']}", amount="2.10")
    host = f"http://{first.tenant.slug}.localhost"

    menus = [
        app.test_client().get(f"/menu/{place.location.slug}", base_url=host).text for place in pair
    ]

    assert ["€2.10" in shown for shown in menus] == [False, True]


def test_who_may_not_edit_the_menu_sees_no_prices_page(app: Flask, pair: Pair) -> None:
    first, second = pair
    for name in ("bob", "carol", "dan"):
        visitor = signed_in(app, first.people[name])
        visitor.get(prices(second), status=403)
        visitor.post(
            f"{prices(second)}/variants/{second.variants['Water']}", status=403, amount="1"
        )


def test_a_member_of_one_location_never_sees_what_the_other_charges(
    app: Flask, alice: Visitor, pair: Pair
) -> None:
    first, second = pair
    alice.get(prices(second))
    alice.post(f"{prices(second)}/variants/{second.variants['Espresso']}", amount="987.65")
    send_to(first, "dan", (first, "manager"))
    dan = signed_in(app, first.people["dan"])

    dan.get(prices(second), status=404)
    dan.post(f"{prices(second)}/variants/{second.variants['Water']}", status=404, amount="1")
    for page in ("menu/prices", "menu", "dashboard", "orders", "floor"):
        shown = dan.get(f"{first.url}/{page}").decode()
        assert "987.65" not in shown
        assert second.location.name not in shown
        assert second.location.slug not in shown


def test_what_is_not_on_the_menu_is_not_found(
    alice: Visitor, pair: Pair, trattoria: Restaurant
) -> None:
    _first, second = pair
    alice.get(prices(second))
    for variant in (new_id(), trattoria.variants["Water"]):
        alice.post(f"{prices(second)}/variants/{variant}", status=404, amount="1")
        alice.post(f"{prices(second)}/variants/{variant}/standard", status=404)
        alice.post(f"{prices(second)}/modifiers/{variant}", status=404, amount="1")
