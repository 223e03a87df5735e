"""The pay screen, with and without a script, and with a real terminal."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from uuid import UUID

import pytest
from bs4 import BeautifulSoup, Tag
from psycopg import Connection

from app.core.ids import new_id
from app.ordering import commands as ordering
from tests.support.restaurants import Restaurant
from tests.support.servers import Addresses
from tests.support.till import Till, open_till
from tests.support.visitor import Visitor
from tests.terminal_process import TerminalProcess


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TerminalProcess]:
    with TerminalProcess(tmp_path_factory.mktemp("terminal")) as process:
        yield process


@pytest.fixture(scope="module")
def bistro(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    return new_restaurant()


@pytest.fixture
def till(
    bistro: Restaurant,
    terminal: TerminalProcess,
    owner_connection: Connection,
    addresses: Addresses,
    drain: Callable[..., None],
) -> Iterator[Till]:
    with open_till(bistro, terminal, owner_connection, addresses.owner_url, drain) as opened:
        yield opened


@pytest.fixture
def dan(till: Till, client_of: Callable[..., Visitor]) -> Visitor:
    return client_of(till.dan)


@pytest.fixture
def alice(till: Till, client_of: Callable[..., Visitor]) -> Visitor:
    return client_of(till.restaurant.people["alice"])


def pay_url(till: Till, order_id: UUID) -> str:
    return f"{till.restaurant.url}/orders/{order_id}/pay"


def due(shown: BeautifulSoup) -> str:
    """What stands in the largest type, with its label."""
    found = shown.select_one(".due")
    assert found
    label, amount = found.select_one(".label"), found.select_one(".amount")
    assert label
    assert amount
    return f"{label.get_text(strip=True)} {amount.get_text(strip=True)}"


def form_of(shown: BeautifulSoup, button: str) -> Tag:
    """The one form whose button says so."""
    found: list[Tag] = [
        form for form in shown.find_all("form") if button in form.get_text(" ", strip=True)
    ]
    assert len(found) == 1, f"{len(found)} forms say {button}"
    return found[0]


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


def test_money_is_given_back_from_a_sheet(till: Till, alice: Visitor) -> None:
    order = till.order("Bruschetta")
    payment_id = till.cash(order.bill_id, 650)
    alice.get(pay_url(till, order.order_id))

    sheet = alice.get(f"{till.restaurant.url}/payments/{payment_id}/refunds/new", fragment=True)
    said = {"amount": "2.50", "reason": "Cold soup"}
    shown = alice.submit(form_of(sheet, "Give back"), said, fragment=True)

    assert "2.50 given back" in shown.get_text(" ", strip=True)
    assert due(shown) == "Paid €6.50"


def test_money_is_given_back_without_a_script(till: Till, alice: Visitor) -> None:
    order = till.order("Bruschetta")
    payment_id = till.cash(order.bill_id, 650)

    page = alice.get(f"{till.restaurant.url}/payments/{payment_id}/refunds/new")
    said = {"amount": "6.50", "reason": "Cold soup"}
    shown = alice.submit(form_of(page, "Give back"), said)

    assert alice.path == pay_url(till, order.order_id)
    assert "6.50 given back" in shown.get_text(" ", strip=True)
    assert "Refund" not in shown.get_text()


@pytest.mark.parametrize(
    "said",
    [{"amount": "6.51", "reason": "x"}, {"amount": "1", "reason": ""}, {"reason": "x"}],
)
def test_a_refund_that_will_not_do_is_refused(
    till: Till, alice: Visitor, said: dict[str, str]
) -> None:
    order = till.order("Bruschetta")
    payment_id = till.cash(order.bill_id, 650)
    alice.get(pay_url(till, order.order_id))

    url = f"{till.restaurant.url}/payments/{payment_id}/refunds"
    alice.send(url, said, status=422, fragment=True)

    row = till.owner.execute("SELECT count(*) FROM refund WHERE payment_id = %s", [payment_id])
    assert row.fetchone() == (0,)


def test_who_may_not_give_refunds_sees_no_way_to(till: Till, dan: Visitor) -> None:
    order = till.order("Bruschetta")
    payment_id = till.cash(order.bill_id, 650)

    page = dan.get(pay_url(till, order.order_id))
    dan.get(f"{till.restaurant.url}/payments/{payment_id}/refunds/new", status=403)

    assert "Refund" not in page.get_text()


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
