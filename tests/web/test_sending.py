"""What becomes of an order: sent, fired, served or voided, then paid for, cancelled or closed."""

from collections.abc import Callable
from uuid import UUID

import pytest

from app.core.db import transaction
from app.ordering.commands import mark_lines
from tests.support.restaurants import Cast, Person, Restaurant
from tests.support.tablet import Tablet, open_counter, open_table
from tests.support.visitor import Visitor

Clients = Callable[[Person | None], Visitor]


@pytest.fixture
def tablet(trattoria: Restaurant, cast: Cast, client_of: Clients) -> Tablet:
    return open_table(trattoria, client_of(cast.bob))


@pytest.fixture
def alices(trattoria: Restaurant, cast: Cast, client_of: Clients) -> Tablet:
    return open_table(trattoria, client_of(cast.alice))


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
