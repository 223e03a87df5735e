"""Where things stand: nothing sticks out or is squeezed, and acts keep their distance."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import FloatRect, Locator, ViewportSize, expect
from sqlalchemy import delete, update

from app.core import clock
from app.core.db import execute, transaction
from app.floor.models import FloorTable
from app.menu.models import Item
from tests.support.browser import Device
from tests.support.restaurants import Restaurant
from tests.support.trade import order

pytestmark = pytest.mark.browser

DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
SIZES = [pytest.param(DESK, id="desk"), pytest.param(PHONE, id="phone")]
LONG_NAME = "AVeryLongNameWithoutAnySpacesThatGoesOnAndOnForSixtyCharsAbc"

# What is drawn outside an element's own box, text included.
STICKS_OUT = """box => {
  const {left, right, top, bottom} = box.getBoundingClientRect();
  const range = document.createRange();
  return [...box.querySelectorAll("*")].filter(one => {
    if (one.matches(".visually-hidden, option")) return false;
    range.selectNodeContents(one);
    return [...one.getClientRects(), ...range.getClientRects()].some(part =>
      part.left < left - 1 || part.right > right + 1
      || part.top < top - 1 || part.bottom > bottom + 1);
  }).map(one => one.outerHTML.slice(0, 120));
}"""


def box(found: Locator) -> FloatRect:
    """Where an element is, in CSS pixels."""
    place = found.bounding_box()
    assert place is not None, "not shown"
    return place


def middle(place: FloatRect) -> float:
    """The height at which something's middle is, in CSS pixels."""
    return place["y"] + place["height"] / 2


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


@pytest.mark.parametrize("size", SIZES)
def test_a_floor_without_tables_says_so_in_full(
    size: ViewportSize,
    bistro: Restaurant,
    device_of: Callable[..., Device],
) -> None:
    with bistro.inside(), transaction():
        execute(delete(FloorTable).where(FloorTable.tenant_id == bistro.tenant.id))
    device = device_of(bistro.people["bob"])
    device.page.set_viewport_size(size)
    device.open(f"{bistro.url}/floor")

    room = device.page.locator("#room")

    assert box(room.locator(".empty"))["width"] > 0.8 * box(room)["width"]
    assert room.evaluate(STICKS_OUT) == []


@pytest.mark.parametrize("size", SIZES)
def test_a_long_name_without_spaces_breaks_and_pushes_nothing_out(
    size: ViewportSize,
    bistro: Restaurant,
    device_of: Callable[..., Device],
) -> None:
    with bistro.inside(), transaction():
        execute(update(Item).where(Item.id == bistro.items["Margherita"]).values(name=LONG_NAME))
    device = device_of(bistro.people["alice"])
    device.page.set_viewport_size(size)

    for path in ("menu", "menu/prices"):
        device.open(f"{bistro.url}/{path}")
        panel = device.page.locator(".panel", has_text=LONG_NAME)
        assert panel.evaluate(STICKS_OUT) == []


def test_a_price_for_later_leaves_its_row_in_one_line(
    bistro: Restaurant, device_of: Callable[..., Device]
) -> None:
    device = device_of(bistro.people["alice"])
    device.page.set_viewport_size(DESK)
    device.open(f"{bistro.url}/menu/prices")
    row = device.page.locator(f"#item-{bistro.items['Margherita']} .price-row")
    later = f"{clock.now() + timedelta(days=40):%Y-%m-%d}"
    for day in ("", later):
        row.locator("[name=amount]").fill("1234.50")
        row.locator("[name=valid_from]").fill(day)
        row.get_by_role("button", name="Set").click()
        expect(row.locator(".chip")).to_have_count(2 if day else 1)

    amount, until = box(row.locator("[name=amount]")), box(row.locator("[name=valid_from]"))

    assert amount["y"] == until["y"]
    assert row.evaluate(STICKS_OUT) == []


def test_who_manages_stands_in_one_line_with_his_second_factor(
    bistro: Restaurant, device_of: Callable[..., Device]
) -> None:
    device = device_of(bistro.people["alice"])
    device.page.set_viewport_size(DESK)
    device.open(f"/t/{bistro.tenant.slug}/settings/security")
    manager = device.page.locator("main li", has_text="Alice")

    picture, name = box(manager.locator(".avatar")), box(manager.locator("strong"))
    factor = box(manager.locator(".chip"))

    assert picture["x"] + picture["width"] < name["x"] < factor["x"]
    assert picture["y"] < middle(name) < picture["y"] + picture["height"]
    assert picture["y"] < middle(factor) < picture["y"] + picture["height"]
