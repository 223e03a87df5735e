"""The order screen: what is put on a bill and changed there, each act once, and what is refused."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from app.core.ids import new_id
from app.menu.commands import set_86
from app.ordering.commands import NewLine, add_line
from tests.support.restaurants import Cast, Person, Restaurant
from tests.support.tablet import Tablet, open_table
from tests.support.visitor import Visitor

QUERIES_OF_SCREEN = 14

Clients = Callable[[Person | None], Visitor]


@pytest.fixture
def tablet(trattoria: Restaurant, cast: Cast, client_of: Clients) -> Tablet:
    return open_table(trattoria, client_of(cast.bob))


def test_an_empty_order_says_what_to_do(tablet: Tablet) -> None:
    screen = tablet.screen()
    bill = screen.select_one("#bill")
    assert bill is not None
    assert "Tap an item" in bill.get_text()
    assert "2 guests" in bill.get_text()
    send = bill.select_one("form.send button")
    assert send is not None
    assert send["aria-disabled"] == "true"


def test_every_item_has_a_tile_in_its_category(tablet: Tablet) -> None:
    screen = tablet.screen()
    names = [tile.get_text() for tile in screen.select(".tile .name")]
    assert {"Bruschetta", "Steak", "Gelato"} <= set(names)
    steak = next(tile for tile in screen.select("a.tile") if "Steak" in tile.get_text())
    assert "/items/" in str(steak["href"])


def test_a_tapped_tile_adds_one_line_at_its_price(tablet: Tablet) -> None:
    shown = tablet.add("Bruschetta")
    (line,) = tablet.lines(shown)
    assert "Bruschetta" in line.get_text()
    assert "6.50" in line.get_text()
    total = shown.select_one("dd.total")
    assert total is not None
    assert "6.50" in total.get_text()


def test_the_same_gesture_sent_again_adds_nothing(tablet: Tablet) -> None:
    key, line_id = str(new_id()), str(new_id())
    for _again in range(3):
        tablet.add("Water", idem=key, line_id=line_id)
    assert len(tablet.lines()) == 1


def test_two_taps_are_two_lines(tablet: Tablet) -> None:
    tablet.add("Water")
    assert len(tablet.lines(tablet.add("Water"))) == 2


def test_a_form_without_htmx_leads_back_to_the_screen(tablet: Tablet) -> None:
    screen = tablet.screen()
    form = next(f for f in screen.select(".tiles form") if "Water" in f.get_text())
    tablet.visitor.submit(form)
    assert tablet.visitor.path == tablet.url()
    assert len(tablet.lines()) == 1


def test_a_sheet_asks_what_must_be_chosen(tablet: Tablet, trattoria: Restaurant) -> None:
    url = tablet.url(f"/items/{trattoria.items['Steak']}")
    sheet = tablet.visitor.get(url, fragment=True)
    assert "Doneness" in sheet.get_text()
    assert "required" in sheet.get_text()
    assert tablet.visitor.get(url).select_one("main form") is not None


def test_a_missing_choice_is_said_in_the_sheet(tablet: Tablet, trattoria: Restaurant) -> None:
    shown = tablet.add("Steak", status=422, item_id=trattoria.items["Steak"])
    sheet = shown.select_one("hx-partial")
    assert sheet is not None
    assert sheet["hx-target"] == "#sheet"
    assert sheet.select_one(".error, .form-errors") is not None
    assert tablet.lines() == []


def test_choices_seats_allergies_and_a_note_stand_on_the_line(
    tablet: Tablet, trattoria: Restaurant
) -> None:
    rare = {f"choice-{trattoria.menu.groups['Doneness']}": str(trattoria.modifiers["Rare"])}
    said: dict[str, Any] = rare | {"seats": "2", "allergies": "nuts", "note": "no plate"}
    shown = tablet.add("Steak", **said)
    text = tablet.lines(shown)[0].get_text()
    assert all(said in text for said in ("Rare", "2", "ALLERGY nuts · seat 2", "no plate"))


def test_an_unknown_choice_is_refused(tablet: Tablet, trattoria: Restaurant) -> None:
    tablet.add("Water", status=422, modifier_ids=trattoria.modifiers["Rare"])
    assert tablet.lines() == []


@pytest.mark.parametrize("quantity", ["0", "-1", "1000", "many"])
def test_a_quantity_that_cannot_be_is_refused(tablet: Tablet, quantity: str) -> None:
    tablet.add("Water", status=422, quantity=quantity)
    assert tablet.lines() == []


def test_what_is_off_sale_cannot_be_tapped_nor_added(
    new_restaurant: Callable[..., Restaurant], client_of: Clients
) -> None:
    house = new_restaurant()
    bob, alice = house.people["bob"], house.people["alice"]
    tablet = open_table(house, client_of(bob))
    with house.inside():
        item_id = house.items["Espresso"]
        set_86(alice.actor, house.location, item_id, None, is_86=True, counted_left=None)
    tile = next(t for t in tablet.screen().select(".tile") if "Espresso" in t.get_text())
    assert tile.has_attr("disabled")
    refused = tablet.add("Espresso", status=409)
    assert "Espresso is not available" in refused.get_text()
    assert tablet.lines() == []


def test_a_line_is_edited(tablet: Tablet) -> None:
    tablet.add("Water")
    line_id = tablet.line_id()
    form = tablet.sheet(line_id).select_one("#line-form")
    assert form is not None
    shown = tablet.visitor.submit(
        form, {"quantity": "3", "note": "cold", "seats": "1"}, fragment=True
    )
    (line,) = tablet.lines(shown)
    assert "7.50" in line.get_text()
    assert "cold" in line.get_text()


def test_an_edit_of_what_somebody_changed_shows_the_fresh_bill(tablet: Tablet) -> None:
    tablet.add("Water")
    line_id = tablet.line_id()
    tablet.post_line(line_id, version=1, quantity="2")
    refused = tablet.post_line(line_id, status=409, version=1, quantity="5")
    conflict = refused.select_one("#bill .conflict")
    assert conflict is not None
    assert "Somebody else" in conflict.get_text()
    assert "5.00" in tablet.lines(refused)[0].get_text()


def test_a_new_line_is_removed(tablet: Tablet) -> None:
    tablet.add("Water")
    assert tablet.lines(tablet.post_line(tablet.line_id(), "/remove", version=1)) == []


def test_strange_orders_and_lines_are_not_there(tablet: Tablet, diner: Restaurant) -> None:
    for end in ("", "/bill", "/tiles", "/more", "/unsent"):
        tablet.visitor.get(f"{tablet.restaurant.url}/orders/{new_id()}{end}", status=404)
    tablet.visitor.get(f"{tablet.restaurant.url}/lines/{new_id()}", status=404)
    tablet.visitor.get(tablet.url(f"/items/{diner.items['Water']}"), status=404)
    tablet.add("Water", status=404, variant_id=diner.variants["Water"])


def test_a_cook_takes_no_orders(tablet: Tablet, cast: Cast, client_of: Clients) -> None:
    carol = client_of(cast.carol)
    carol.get(tablet.url(), status=403)
    carol.post(tablet.url("/lines"), status=403, variant_id=new_id())


def test_the_tiles_fragment_marks_the_category_asked_for(
    tablet: Tablet, trattoria: Restaurant
) -> None:
    tablet.add("Espresso")
    category_id = trattoria.menu.categories["Drinks"]
    shown = tablet.visitor.get(tablet.url(f"/tiles?category={category_id}"), fragment=True)
    on = shown.select("section.tiles:not([data-off])")
    assert [str(section["id"]) for section in on] == [f"category-{category_id}"]
    badge = on[0].select_one(".tile .on-bill")
    assert badge is not None
    assert badge.get_text() == "1"


def test_the_bill_fragment_is_that_of_the_page(tablet: Tablet) -> None:
    tablet.add("Water")
    fragment = tablet.visitor.get(tablet.url("/bill"), fragment=True).select_one("#bill")
    page = tablet.screen().select_one("#bill")
    assert fragment is not None
    assert page is not None
    assert fragment.get_text(" ", strip=True) == page.get_text(" ", strip=True)


def test_a_long_bill_costs_no_more_queries(
    tablet: Tablet,
    trattoria: Restaurant,
    cast: Cast,
    query_recorder: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    tablet.add("Water")
    tablet.screen()
    with query_recorder() as few:
        tablet.screen()
    with trattoria.inside():
        for _line in range(30):
            new = NewLine(line_id=new_id(), variant_id=trattoria.variants["Bruschetta"])
            add_line(cast.bob.actor, trattoria.location, tablet.order_id, new)
    with query_recorder() as many:
        assert len(tablet.lines()) == 31
    assert len(many) == len(few) <= QUERIES_OF_SCREEN, "\n".join(many)
