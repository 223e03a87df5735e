"""Money is given back from the pay screen, by those who may, and no more than was paid."""

from collections.abc import Callable

import pytest

from tests.support.restaurants import Restaurant
from tests.support.till import Till, due, form_of, pay_url
from tests.support.visitor import Visitor


@pytest.fixture(scope="module")
def house(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    return new_restaurant()


@pytest.fixture
def dan(till: Till, client_of: Callable[..., Visitor]) -> Visitor:
    return client_of(till.dan)


@pytest.fixture
def alice(till: Till, client_of: Callable[..., Visitor]) -> Visitor:
    return client_of(till.restaurant.people["alice"])


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
    sheet = alice.send(url, said, status=422, fragment=True)

    assert sheet.select_one("hx-partial[hx-target='#sheet'] .field .error") is not None
    reason = sheet.select_one("[name=reason]")
    assert reason is not None
    assert reason["value"] == said.get("reason", "")
    row = till.owner.execute("SELECT count(*) FROM refund WHERE payment_id = %s", [payment_id])
    assert row.fetchone() == (0,)


def test_who_may_not_give_refunds_sees_no_way_to(till: Till, dan: Visitor) -> None:
    order = till.order("Bruschetta")
    payment_id = till.cash(order.bill_id, 650)

    page = dan.get(pay_url(till, order.order_id))
    dan.get(f"{till.restaurant.url}/payments/{payment_id}/refunds/new", status=403)

    assert "Refund" not in page.get_text()
