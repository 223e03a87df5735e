"""One evening's story in real browsers: ordered, cooked, paid, counted."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from tests.support.browser import Device
from tests.support.restaurants import Restaurant

pytestmark = pytest.mark.browser

SOON_MS = 15_000


def seat_two(page: Page, table: str) -> None:
    page.get_by_role("link", name=f"Table {table}").click()
    page.locator("#sheet").get_by_role("button", name="2", exact=True).click()
    page.wait_for_url(re.compile("/orders/"))


def tap(page: Page, category: str, item: str) -> None:
    page.get_by_role("link", name=category, exact=True).click()
    page.locator(".tiles:visible .tile", has_text=item).click()


def choose(page: Page, modifier: str) -> None:
    """Choose in the item's sheet and add the item."""
    page.locator("#sheet").get_by_text(modifier).click()
    page.locator("#sheet").get_by_role("button", name="Add", exact=True).click()


def expect_lines(page: Page, count: int) -> None:
    expect(page.locator("#bill .line")).to_have_count(count, timeout=SOON_MS)


def pay_half_in_cash_and_half_by_card(page: Page) -> None:
    page.locator("summary", has_text="Part of it").click()
    page.get_by_role("link", name=re.compile("2 guests")).click()
    expect(page.locator("#pay .amount").first).to_contain_text("12.75", timeout=SOON_MS)
    page.locator(".quick-cash button").first.click()
    expect(page.locator(".paid-list li")).to_have_count(1, timeout=SOON_MS)
    page.get_by_role("button", name=re.compile("Charge")).click()
    expect(page.locator(".due.settled")).to_be_visible(timeout=SOON_MS)


def test_from_the_table_to_the_receipt(
    bistro: Restaurant, device_of: Callable[..., Device]
) -> None:
    server, cook = device_of(bistro.people["bob"]), device_of(bistro.people["carol"], is_big=True)
    cook.open(f"{bistro.url}/kitchen/kitchen")
    tablet, kitchen = server.page, cook.page

    seat_two(tablet, "T1")
    tap(tablet, "Mains", "Steak")
    choose(tablet, "Rare")
    expect_lines(tablet, 1)
    tap(tablet, "Drinks", "Espresso")
    expect_lines(tablet, 2)
    server.check()
    tablet.get_by_role("button", name="Send 2").click()

    ticket = kitchen.locator(".ticket", has_text="Steak")
    expect(ticket).to_be_visible(timeout=SOON_MS)
    expect(ticket).to_contain_text("Rare")
    cook.check()
    ticket.locator("[data-bump]").click()
    expect(ticket).to_have_count(0, timeout=SOON_MS)
    expect(tablet.locator("#bill .state.ready")).to_have_count(1, timeout=SOON_MS)

    tablet.locator("#pay").click()
    server.check()
    pay_half_in_cash_and_half_by_card(tablet)
    server.check()
    tablet.get_by_role("link", name=re.compile("Receipt")).click()
    expect(tablet.locator("body")).to_contain_text("25.50")
    server.check()


def test_a_tap_shows_before_the_server_has_answered(
    bistro: Restaurant, device_of: Callable[..., Device]
) -> None:
    server = device_of(bistro.people["bob"])
    tablet = server.page
    seat_two(tablet, "T3")
    held: list[Route] = []
    tablet.route("**/lines", lambda route: held.append(route))  # noqa: PLW0108 (it marks what it is given)

    tap(tablet, "Drinks", "Espresso")

    expect(tablet.locator(".hx-pending", has_text="Espresso")).to_be_visible()
    expect_lines(tablet, 0)
    server.check()
    held.pop().continue_()
    expect_lines(tablet, 1)
    expect(tablet.locator(".hx-pending")).to_have_count(0)


def test_a_tap_on_a_page_that_lay_open_too_long_is_sent_again(
    bistro: Restaurant, device_of: Callable[..., Device]
) -> None:
    server = device_of(bistro.people["bob"])
    tablet = server.page
    seat_two(tablet, "T4")
    # As if the session that this page was made for had ended, and another begun.
    tablet.eval_on_selector_all(
        "[name=csrf_token]", "fields => fields.forEach(field => { field.value = 'of another day' })"
    )

    tap(tablet, "Drinks", "Espresso")
    tablet.locator("#sheet").get_by_role("button", name="Send again").click()

    expect_lines(tablet, 1)
    assert not [said for said in server.complaints if "status of 400" not in said]


def test_the_owner_sees_the_sale_and_the_stock_go(
    bistro: Restaurant, device_of: Callable[..., Device]
) -> None:
    owner, cashier = device_of(bistro.people["alice"]), device_of(bistro.people["dan"])
    owner.open(f"{bistro.url}/dashboard")
    office, till = owner.page, cashier.page
    expect(office.locator("#figures")).to_contain_text("Nothing sold yet")

    seat_two(till, "T2")
    tap(till, "Mains", "Margherita")
    expect_lines(till, 1)
    till.get_by_role("button", name="Send 1").click()
    expect(till.get_by_role("button", name="Send", exact=True)).to_be_disabled(timeout=SOON_MS)
    till.locator("#pay").click()
    till.locator(".quick-cash button").first.click()
    expect(till.locator(".due.settled")).to_be_visible(timeout=SOON_MS)

    expect(office.locator("#figures")).to_contain_text("Margherita", timeout=SOON_MS)
    owner.check()
    owner.open(f"{bistro.url}/stock")
    mozzarella = office.locator("tr", has_text="Mozzarella")
    expect(mozzarella).to_contain_text("499.85")
    owner.check()


def test_what_a_tap_brought_is_not_fetched_again(
    bistro: Restaurant, device_of: Callable[..., Device]
) -> None:
    server = device_of(bistro.people["bob"])
    tablet = server.page
    seat_two(tablet, "T4")
    order_path = urlsplit(tablet.url).path
    other = device_of(bistro.people["dan"])
    other.open(order_path)
    asked: list[str] = []
    expect(tablet.locator("#live.good")).to_be_visible(timeout=SOON_MS)
    expect(other.page.locator("#live.good")).to_be_visible(timeout=SOON_MS)
    tablet.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[-1]))

    tap(tablet, "Drinks", "Espresso")
    expect_lines(tablet, 1)
    tap(tablet, "Drinks", "Water")
    expect_lines(tablet, 2)
    expect_lines(other.page, 2)
    assert asked.count("bill") == 0

    tap(other.page, "Drinks", "Espresso")
    expect_lines(tablet, 3)
    assert asked.count("bill") == 1


def test_what_others_did_while_a_tap_was_on_its_way_is_fetched_after_it(
    bistro: Restaurant, device_of: Callable[..., Device]
) -> None:
    server, other = device_of(bistro.people["bob"]), device_of(bistro.people["dan"])
    tablet = server.page
    seat_two(tablet, "T1")
    other.open(urlsplit(tablet.url).path)
    for page in (tablet, other.page):
        expect(page.locator("#live.good")).to_be_visible(timeout=SOON_MS)
    held: list[tuple[Route, APIResponse]] = []
    tablet.route("**/lines", lambda route: held.append((route, route.fetch())))

    tap(tablet, "Drinks", "Espresso")
    expect_lines(other.page, 1)
    tap(other.page, "Drinks", "Water")
    expect_lines(other.page, 2)
    expect_lines(tablet, 0)
    route, answer = held.pop()
    route.fulfill(response=answer)

    expect_lines(tablet, 2)
    server.check()
