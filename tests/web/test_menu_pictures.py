"""Pictures of what is on the menu: put there in the office, seen by guests and at the table."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from bs4 import Tag
from flask import Flask

from app.menu import commands
from tests.support import pages, pictures
from tests.support.restaurants import Cast, Person, Restaurant
from tests.support.trade import order, owner_of
from tests.support.uploads import NOTHING, kept, sent
from tests.support.visitor import Visitor

Recorder = Callable[[], AbstractContextManager[list[str]]]
ClientOf = Callable[[Person | None], Visitor]
MOST_BYTES = 50_000


@pytest.fixture
def alice(bistro: Restaurant, client_of: ClientOf) -> Visitor:
    """The owner, at the page of pictures."""
    visitor = client_of(bistro.people["alice"])
    visitor.get(f"{bistro.url}/menu/images")
    return visitor


def put_picture(restaurant: Restaurant, name: str = "Margherita") -> None:
    with restaurant.inside():
        data = pictures.picture("JPEG", (1600, 1200))
        commands.set_image(owner_of(restaurant), restaurant.items[name], data)


def row(alice: Visitor, restaurant: Restaurant, name: str) -> Tag:
    assert alice.page is not None
    found = alice.page.find(id=f"item-{restaurant.items[name]}")
    assert isinstance(found, Tag)
    return found


def test_every_item_asks_for_its_own_picture(bistro: Restaurant, alice: Visitor) -> None:
    assert alice.page is not None
    fields = alice.page.select("input[type=file]")

    assert len(fields) == len(bistro.items)
    assert "Picture of Margherita" in [field["aria-label"] for field in fields]


def test_a_picture_is_put_replaced_and_removed(bistro: Restaurant, alice: Visitor) -> None:
    end = f"/{bistro.items['Margherita']}/upload"
    alice.submit(alice.form(end), sent(pictures.picture("JPEG", (1600, 1200))))
    first = row(alice, bistro, "Margherita").img
    alice.submit(alice.form(end), sent(pictures.picture("JPEG", (1200, 1600))))
    second = row(alice, bistro, "Margherita").img

    assert first is not None
    assert second is not None
    assert (first["width"], first["height"]) == ("320", "240")
    assert (second["width"], second["height"]) == ("240", "320")
    count, _size, names = kept(bistro)
    assert (count, len(names)) == (1, 2)

    alice.submit(alice.form(f"/{bistro.items['Margherita']}/remove"))

    assert row(alice, bistro, "Margherita").img is None
    assert kept(bistro) == NOTHING


def test_both_sizes_are_there_for_who_asks(app: Flask, bistro: Restaurant, alice: Visitor) -> None:
    put_picture(bistro)
    alice.get(f"{bistro.url}/menu/images")
    image = row(alice, bistro, "Margherita").img
    assert image is not None
    small = str(image["src"])

    for path in (small, small.replace("-small", "")):
        assert app.test_client().get(path).mimetype == "image/webp"


def test_guests_see_it_once_they_come_to_it(app: Flask, bistro: Restaurant) -> None:
    for name in bistro.items:
        put_picture(bistro, name)

    answer = app.test_client().get("/", base_url=f"http://{bistro.tenant.slug}.localhost")

    page = pages.check(app, answer)
    images = page.select("[itemprop=hasMenuItem] img")
    assert len(images) == len(bistro.items)
    assert {(it["width"], it["height"], it["loading"]) for it in images} == {("320", "240", "lazy")}
    assert len(answer.data) < MOST_BYTES


def test_at_the_table_it_stands_in_the_items_sheet(bistro: Restaurant, client_of: ClientOf) -> None:
    put_picture(bistro)
    with bistro.inside():
        order_id = order(bistro, "Espresso").order_id
    bob = client_of(bistro.people["bob"])

    with_picture = bob.get(f"{bistro.url}/orders/{order_id}/items/{bistro.items['Margherita']}")
    without = bob.get(f"{bistro.url}/orders/{order_id}/items/{bistro.items['Steak']}")

    assert with_picture.select_one(".dish img") is not None
    assert without.select_one("img") is None


def test_the_sheet_asks_the_database_no_more_for_it(
    bistro: Restaurant, client_of: ClientOf, query_recorder: Recorder
) -> None:
    with bistro.inside():
        order_id = order(bistro, "Espresso").order_id
    bob = client_of(bistro.people["bob"])
    path = f"{bistro.url}/orders/{order_id}/items/{bistro.items['Margherita']}"
    counts = []
    for _ in range(2):
        bob.get(path)
        with query_recorder() as queries:
            bob.get(path)
        counts.append(len(queries))
        put_picture(bistro)

    assert counts[0] == counts[1]


def test_who_may_not_edit_the_menu_is_shown_no_way_there(
    cast: Cast, trattoria: Restaurant, client_of: ClientOf
) -> None:
    bob = client_of(cast.bob)

    bob.get(f"{trattoria.url}/menu/images", status=403)


def test_the_menu_page_leads_there(bistro: Restaurant, alice: Visitor) -> None:
    page = alice.get(f"{bistro.url}/menu")

    assert page.select_one(f"a[href='{bistro.url}/menu/images']") is not None
