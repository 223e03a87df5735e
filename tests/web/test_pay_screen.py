"""The pay screen: cash, shares, tips and cards at a real terminal, with and without a script."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from bs4 import BeautifulSoup

from app.core.ids import new_id
from app.ordering import commands as ordering
from tests.support.restaurants import Restaurant
from tests.support.till import Till, due, form_of, pay_url
from tests.support.visitor import Visitor


@pytest.fixture(scope="module")
def house(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    return new_restaurant()


@pytest.fixture
def dan(till: Till, client_of: Callable[..., Visitor]) -> Visitor:
    return client_of(till.dan)


def status(shown: BeautifulSoup) -> str:
    found = shown.select_one("#terminal")
    assert found, "no status of the terminal"
    return found.get_text(" ", strip=True)


def test_a_note_that_is_handed_over_shows_the_change(till: Till, dan: Visitor) -> None:
    order = till.order("Bruschetta")

    page = dan.get(pay_url(till, order.order_id))
    paid = dan.submit(form_of(page, "€10.00"), fragment=True)

    assert due(page) == "To pay €6.50"
    assert due(paid) == "Change €3.50"
    assert till.state("bill", order.bill_id) == "settled"
    assert paid.select("a[href*='/documents/']")


def test_it_works_without_a_script(till: Till, dan: Visitor) -> None:
    order = till.order("Bruschetta")

    page = dan.get(pay_url(till, order.order_id))
    paid = dan.submit(form_of(page, "exact"))

    assert dan.path == pay_url(till, order.order_id)
    assert due(paid) == "Paid €6.50"


def test_a_sum_that_is_typed_is_read_as_the_location_writes_it(till: Till, dan: Visitor) -> None:
    order = till.order("Bruschetta")
    page = dan.get(pay_url(till, order.order_id))

    paid = dan.submit(form_of(page, "Take cash"), {"tendered": "1,000.5"}, fragment=True)

    assert due(paid) == "Change €994.00"


@pytest.mark.parametrize("typed", ["6.49", "six", "10.005", "-10"])
def test_a_sum_that_will_not_do_is_refused_on_the_screen(
    till: Till, dan: Visitor, typed: str
) -> None:
    order = till.order("Bruschetta")
    page = dan.get(pay_url(till, order.order_id))

    shown = dan.submit(form_of(page, "Take cash"), {"tendered": typed}, status=422, fragment=True)

    assert shown.select_one(".conflict")
    assert till.state("bill", order.bill_id) == "open"


def test_the_same_gesture_twice_pays_once(till: Till, dan: Visitor) -> None:
    order = till.order("Bruschetta")
    page = dan.get(pay_url(till, order.order_id) + "?amount=3.00")
    form, idem = form_of(page, "exact"), {"idem": str(new_id())}

    dan.submit(form, idem, fragment=True)
    again = dan.submit(form, idem, fragment=True)

    assert due(again) == "To pay €3.50"
    assert till.row("bill", order.bill_id)["paid_minor"] == 300


def test_a_bill_that_changed_meanwhile_is_shown_anew(till: Till, dan: Visitor) -> None:
    order = till.order("Bruschetta")
    page = dan.get(pay_url(till, order.order_id))
    with till.restaurant.inside():
        place = till.restaurant.location
        ordering.add_line(till.actor, place, order.order_id, till.line("Espresso"))
        ordering.send(till.actor, place, order.order_id)

    shown = dan.submit(form_of(page, "exact"), status=409, fragment=True)

    notice = shown.select_one(".conflict")
    assert notice
    assert "changed" in notice.get_text()
    assert due(shown) == "To pay €8.00"


def test_a_share_and_a_tip_are_taken(till: Till, dan: Visitor) -> None:
    order = till.order("Bruschetta")
    url = pay_url(till, order.order_id)

    page = dan.get(url)
    shares = [a.get_text(" ", strip=True) for a in page.select(".shares a")]
    part = dan.get(f"{url}?amount=3.25&tip=0.75", fragment=True)
    rest = dan.submit(form_of(part, "exact"), fragment=True)

    assert shares == ["1 of 2 guests €3.25", "1 of 3 guests €2.17", "1 of 4 guests €1.63"]
    assert due(part) == "To pay now €4.00"
    assert due(rest) == "To pay €3.25"
    payments = till.owner.execute(
        "SELECT amount_minor, tip_minor FROM payment WHERE bill_id = %s", [order.bill_id]
    ).fetchall()
    assert payments == [(325, 75)]


def test_a_card_shows_how_it_stands_until_it_is_captured(till: Till, dan: Visitor) -> None:
    order = till.order("Bruschetta")
    page = dan.get(pay_url(till, order.order_id))

    waiting = dan.submit(form_of(page, "on the terminal"), fragment=True)
    till.drain()
    done = dan.get(pay_url(till, order.order_id), fragment=True)

    assert "Waiting for the card" in status(waiting)
    assert waiting.select_one("[hx-trigger='every 1s']")
    assert due(waiting) == "To pay €6.50"
    assert due(done) == "Paid €6.50"
    assert not done.select_one("[hx-trigger='every 1s']")


def test_a_declined_card_says_why_and_leaves_the_ways_to_pay(till: Till, dan: Visitor) -> None:
    order = till.order("Bruschetta")
    till.card(order.bill_id, 650, "decline")
    till.drain()

    page = dan.get(pay_url(till, order.order_id))

    assert "Declined" in status(page)
    assert "not enough money" in status(page)
    assert form_of(page, "on the terminal")


def test_an_unknown_card_is_asked_about_by_hand(till: Till, dan: Visitor) -> None:
    order = till.order("Bruschetta")
    till.card(order.bill_id, 650, "drop_after_charge")
    till.drain()

    page = dan.get(pay_url(till, order.order_id))
    dan.submit(form_of(page, "Ask now"), fragment=True)
    till.drain()
    done = dan.get(pay_url(till, order.order_id), fragment=True)

    assert "do not charge it again" in status(page)
    assert page.select_one("#terminal time[data-form=until]")
    assert "on the terminal" not in page.get_text()
    assert due(done) == "Paid €6.50"


def test_lines_that_were_not_sent_are_decided_about_first(till: Till, dan: Visitor) -> None:
    order = till.order("Bruschetta")
    with till.restaurant.inside():
        place = till.restaurant.location
        ordering.add_line(till.actor, place, order.order_id, till.line("Espresso"))

    page = dan.get(pay_url(till, order.order_id))
    left_off = dan.submit(form_of(page, "Leave off"))

    assert "1 line was not sent" in page.get_text(" ", strip=True)
    assert not page.select(".quick-cash")
    assert due(left_off) == "To pay €6.50"
    assert "Bill 2" in left_off.get_text(" ", strip=True)


def test_sending_goes_on_to_the_payment(till: Till, dan: Visitor) -> None:
    order = till.order("Bruschetta")
    with till.restaurant.inside():
        place = till.restaurant.location
        ordering.add_line(till.actor, place, order.order_id, till.line("Espresso"))

    page = dan.get(pay_url(till, order.order_id))
    sent = dan.submit(form_of(page, "Send and pay"))

    assert due(sent) == "To pay €8.00"
    assert sent.select(".quick-cash")


def test_cooks_take_no_money(till: Till, client_of: Callable[..., Visitor]) -> None:
    order = till.order("Bruschetta")
    carol = client_of(till.restaurant.people["carol"])

    carol.get(pay_url(till, order.order_id), status=403)


def test_another_restaurants_bill_is_not_there(
    till: Till, dan: Visitor, trattoria: Restaurant
) -> None:
    theirs = Till(
        restaurant=trattoria,
        terminal=till.terminal,
        owner=till.owner,
        owner_url=till.owner_url,
        drain=till.drain,
    ).order("Bruschetta")
    dan.get(f"{till.restaurant.url}/floor")

    dan.get(pay_url(till, theirs.order_id), status=404)
    url = f"{till.restaurant.url}/bills/{theirs.bill_id}/payments/cash"
    dan.post(url, status=404, version="2", amount_minor="650", tendered_minor="650")

    assert till.row("bill", theirs.bill_id)["paid_minor"] == 0


def test_an_empty_order_has_nothing_to_pay(till: Till, dan: Visitor) -> None:
    with till.restaurant.inside():
        place = till.restaurant.location
        order_id = ordering.open_order(till.actor, place, service_type="takeaway")

    page = dan.get(pay_url(till, order_id))

    assert "Nothing to pay" in page.get_text()


def test_the_screen_asks_as_much_for_a_long_bill_as_for_a_short_one(
    till: Till,
    dan: Visitor,
    query_recorder: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    short, long = till.order("Bruschetta"), till.order(*["Espresso"] * 12)
    till.cash(long.bill_id, 150)
    till.cash(long.bill_id, 150)

    counts = []
    for order in (short, short, long):
        with query_recorder() as queries:
            dan.get(pay_url(till, order.order_id), fragment=True)
        counts.append(len(queries))

    assert counts[1] == counts[2] <= 14
