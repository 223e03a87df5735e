"""What went wrong is said once, and never over the buttons of a sheet."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.support.browser import Device
from tests.support.restaurants import Person, Restaurant
from tests.support.trade import order, pay

pytestmark = pytest.mark.browser

SENTENCE = "Somebody else is changing this. Try again."
SAY = """text => {
  const part = `<div class="toast late"><p>${text}</p></div>`;
  document.getElementById("toasts").insertAdjacentHTML("beforeend", part);
}"""


def over(one: Locator, other: Locator) -> bool:
    first, second = one.bounding_box(), other.bounding_box()
    assert first is not None
    assert second is not None
    is_beside = (
        first["x"] + first["width"] <= second["x"] or second["x"] + second["width"] <= first["x"]
    )
    is_above = (
        first["y"] + first["height"] <= second["y"] or second["y"] + second["height"] <= first["y"]
    )
    return not (is_beside or is_above)


@pytest.mark.parametrize("size", [(1280, 800), (1024, 768), (390, 844)])
def test_a_toast_stands_once_and_beside_the_sheets_buttons(
    size: tuple[int, int],
    bistro: Restaurant,
    device_of: Callable[[Person], Device],
) -> None:
    width, height = size
    with bistro.inside():
        placed = order(bistro, "Espresso")
        pay(bistro, placed)
    device = device_of(bistro.people["alice"])
    device.page.set_viewport_size({"width": width, "height": height})
    device.open(f"{bistro.url}/orders/{placed.order_id}/pay")
    device.page.get_by_text("Refund", exact=True).first.click()
    give_back = device.page.get_by_role("button", name="Give back")
    expect(give_back).to_be_visible()

    for _ in range(3):
        device.page.evaluate(SAY, SENTENCE)

    toast = device.page.locator(".toast")
    expect(toast).to_have_count(1)
    assert not over(toast, give_back)
    assert not over(toast, device.page.locator("#sheet [data-closes]"))
