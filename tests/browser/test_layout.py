"""Where things stand: nothing sticks out or is squeezed, and acts keep their distance."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FloatRect, Locator

from tests.support.browser import Device
from tests.support.restaurants import Restaurant
from tests.support.trade import order

pytestmark = pytest.mark.browser


def box(found: Locator) -> FloatRect:
    """Where an element is, in CSS pixels."""
    place = found.bounding_box()
    assert place is not None, "not shown"
    return place


def test_send_stands_apart_in_one_row_with_more_and_pay(
    bistro: Restaurant, device_of: Callable[..., Device]
) -> None:
    with bistro.inside():
        placed = order(bistro, "Margherita")
    device = device_of(bistro.people["bob"])
    device.open(f"{bistro.url}/orders/{placed.order_id}")

    more, pay = box(device.page.locator("#more")), box(device.page.locator("#pay"))
    send = box(device.page.locator("#acts .send"))

    assert more["y"] == pay["y"] == send["y"]
    assert send["x"] - (pay["x"] + pay["width"]) == pytest.approx(24, abs=0.5)
