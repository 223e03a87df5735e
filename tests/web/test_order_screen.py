"""The order screen: each act once, what it refuses, and how it says so."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

import pytest

from app.core.db import transaction
from app.core.ids import new_id
from app.menu.commands import set_86
from app.ordering.commands import NewLine, add_line, mark_lines
from tests.support.restaurants import Cast, Person, Restaurant
from tests.support.tablet import Tablet, open_counter, open_table
from tests.support.visitor import Visitor

QUERIES_OF_SCREEN = 14

Clients = Callable[[Person | None], Visitor]


@pytest.fixture
def tablet(trattoria: Restaurant, cast: Cast, client_of: Clients) -> Tablet:
    return open_table(trattoria, client_of(cast.bob))


@pytest.fixture
def alices(trattoria: Restaurant, cast: Cast, client_of: Clients) -> Tablet:
    return open_table(trattoria, client_of(cast.alice))


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


def test_sending_hands_everything_new_over_once(tablet: Tablet) -> None:
    tablet.add("Water")
    tablet.add("Bruschetta")
    shown = tablet.post("/send")
    assert not shown.select("#bill .line.on")
    assert all("sent" in line["class"] for line in tablet.lines(shown))
    assert "nothing to send" in tablet.post("/send", status=422).get_text()


def test_a_refused_send_names_what_is_short_and_changes_nothing(tablet: Tablet) -> None:
    tablet.add("Water")
    tablet.add("Fish of the day", quantity="900")
    refused = tablet.post("/send", status=409)
    conflict = refused.select_one("#bill .conflict")
    assert conflict is not None
    assert "Fish of the day" in conflict.get_text()
    assert not [line for line in tablet.lines() if "sent" in line["class"]]


def test_what_is_probably_short_is_sent_with_a_word(
    new_restaurant: Callable[..., Restaurant], client_of: Clients
) -> None:
    house = new_restaurant()
    tablet = open_table(house, client_of(house.people["bob"]))
    for _line in range(3):
        tablet.add("Bruschetta", quantity="999")
    shown = tablet.post("/send")
    toast = shown.select_one("hx-partial[hx-target='#toasts']")
    assert toast is not None
    assert "Tomato" in toast.get_text()
    assert "sent" in tablet.lines(shown)[0]["class"]


def test_a_sent_line_is_not_edited_but_voided_by_who_may(alices: Tablet) -> None:
    alices.add("Bruschetta")
    alices.post("/send")
    line_id = alices.line_id()
    version = alices.sheet(line_id, "/void").select_one("[name=version]")
    assert version is not None
    alices.post_line(line_id, status=409, version=version["value"], quantity="2")
    unsaid = alices.post_line(line_id, "/void", status=422, version=version["value"], made="0")
    assert "Say why" in unsaid.get_text()
    shown = alices.post_line(
        line_id, "/void", version=version["value"], made="0", reason="Wrong item"
    )
    (line,) = alices.lines(shown)
    assert "void" in line["class"]
    assert "Voided, unmade · Wrong item · by Alice" in " ".join(line.get_text().split())


def test_a_server_may_not_void_what_the_kitchen_has(tablet: Tablet) -> None:
    tablet.add("Bruschetta")
    tablet.post("/send")
    line_id = tablet.line_id()
    assert tablet.sheet(line_id).select_one("a.danger") is None
    tablet.post_line(line_id, "/void", status=403, version=1, made="0", reason="Wrong item")
    assert "void" not in tablet.lines()[0]["class"]


def test_a_course_on_hold_waits_for_fire(tablet: Tablet) -> None:
    tablet.add("Bruschetta", on_hold="1", course="1")
    shown = tablet.post("/send")
    fire = shown.select_one("form[action$='/courses/1/fire']")
    assert fire is not None
    shown = tablet.post("/courses/1/fire")
    assert shown.select_one("form[action$='/fire']") is None
    assert "in the kitchen" in shown.get_text()


def test_ready_lines_are_served(tablet: Tablet, trattoria: Restaurant) -> None:
    tablet.add("Bruschetta")
    tablet.post("/send")
    with trattoria.inside(), transaction():
        mark_lines(trattoria.location, {UUID(tablet.line_id()): "ready"})
    screen = tablet.screen()
    serve = screen.select_one("form[action$='/serve']")
    assert serve is not None
    assert "Served" in serve.get_text()
    chips = screen.select_one("#order-chips")
    assert chips is not None
    assert "1 ready" in chips.get_text()
    shown = tablet.visitor.submit(serve, fragment=True)
    assert "served" in tablet.lines(shown)[0].get_text()


def test_paying_with_unsent_lines_asks_first(tablet: Tablet) -> None:
    tablet.add("Water")
    tablet.post("/send")
    tablet.add("Bruschetta")
    sheet = tablet.visitor.get(tablet.url("/unsent"), fragment=True)
    assert "Bruschetta" in sheet.get_text()
    assert {"Send and pay", "Leave off"} <= {b.get_text() for b in sheet.select("button")}


def test_send_and_pay_leads_to_the_payment(tablet: Tablet) -> None:
    tablet.add("Water")
    tablet.post("/send", status=204, then="pay")
    answer = tablet.visitor.answer
    assert answer is not None
    assert answer.headers["HX-Redirect"] == tablet.url("/pay")


def test_what_is_left_off_stays_for_a_bill_of_its_own(tablet: Tablet) -> None:
    tablet.add("Water")
    tablet.post("/send")
    tablet.add("Bruschetta")
    tablet.post("/leave-off", status=204)
    more = tablet.visitor.get(tablet.url("/more"), fragment=True).get_text()
    assert "€2.50" in more
    assert "€6.50" in more
    tablet.post("/leave-off", status=204)
    assert "Bill 3" not in tablet.visitor.get(tablet.url("/more"), fragment=True).get_text()


def test_a_takeaway_order_is_paid_first(
    trattoria: Restaurant, cast: Cast, client_of: Clients
) -> None:
    counter = open_counter(trattoria, client_of(cast.dan), "Rossi")
    counter.add("Water")
    bill = counter.screen().select_one("#bill")
    assert bill is not None
    assert "Rossi" in bill.get_text()
    button = bill.select_one(".acts button.primary")
    assert button is not None
    assert button.get_text() == "Pay €2.50"


def test_an_order_that_was_never_sent_is_cancelled(tablet: Tablet) -> None:
    tablet.add("Water")
    tablet.post("/cancel", status=204, reason="They left")
    assert "Cancelled." in tablet.screen().get_text()
    tablet.add("Water", status=409)


def test_a_server_does_not_cancel_what_was_sent(tablet: Tablet) -> None:
    tablet.add("Water")
    tablet.post("/send")
    tablet.post("/cancel", status=403, reason="They left")
    assert "Cancelled." not in tablet.screen().get_text()


def test_an_unpaid_order_is_not_closed(tablet: Tablet) -> None:
    tablet.add("Water")
    tablet.post("/send")
    refused = tablet.post("/close", status=409)
    assert "still open" in refused.get_text()


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
