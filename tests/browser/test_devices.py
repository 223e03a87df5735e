"""A tablet and a kitchen screen in real browsers: paired, worked at by PIN, locked, and on."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

from app.core.db import execute, transaction
from app.identity.devices import NewDevice, code_of, prepare_device
from app.identity.logins import revoke_logins
from app.identity.models import Device as DeviceRow
from app.identity.models import Member
from app.privacy.commands.closing import close
from tests.support.browser import SCREEN, TABLET, Device
from tests.support.kitchen import send
from tests.support.live import Live
from tests.support.restaurants import Person, Restaurant
from tests.support.trade import order, pay

pytestmark = pytest.mark.browser

SOON_MS = 15_000

LINES_OF_A_NAME = """label => {
  const range = document.createRange();
  const isName = node => node.nodeType === Node.TEXT_NODE && node.data.trim();
  range.selectNodeContents([...label.childNodes].find(isName));
  return new Set([...range.getClientRects()].map(line => line.top)).size;
}"""


@pytest.fixture
def nobodys(browser: Browser, live: Live) -> Iterator[Callable[..., Device]]:
    """`nobodys()` is a browser of its own where nobody has signed in."""
    contexts = []

    def open_one(*, is_big: bool = False) -> Device:
        contexts.append(browser.new_context(viewport=SCREEN if is_big else TABLET))
        return Device(live, contexts[-1].new_page())

    yield open_one
    for context in contexts:
        context.close()


def code_for(restaurant: Restaurant, kind: str, *stations: str) -> str:
    new = NewDevice(
        location_id=restaurant.location.id,
        kind=kind,
        name=f"A {kind}",
        station_ids=tuple(restaurant.stations[name] for name in stations),
    )
    with restaurant.inside():
        device_id = prepare_device(restaurant.people["alice"].actor, new)
        expires_at = execute(
            select(DeviceRow.code_expires_at).where(
                DeviceRow.tenant_id == restaurant.tenant.id, DeviceRow.id == device_id
            )
        ).scalar_one()
        return code_of(device_id, expires_at)


def pair(device: Device, restaurant: Restaurant, code: str) -> None:
    device.open(f"/t/{restaurant.tenant.slug}/pair")
    device.check()
    device.page.get_by_label("Code").fill(code)
    device.page.get_by_role("button", name="Pair").click()


def enter(page: Page, person: Person) -> None:
    """Tap one's name, then the PIN."""
    pad = page.locator("#pin")
    pad.locator(".people label", has_text=person.name).click()
    for digit in person.pin:
        pad.locator(f"[data-digit='{digit}']").click()


def test_a_tablet_is_paired_worked_at_locked_and_gone_on_with(
    bistro: Restaurant, nobodys: Callable[..., Device]
) -> None:
    bob, dan = bistro.people["bob"], bistro.people["dan"]
    tablet = nobodys()
    page = tablet.page
    pair(tablet, bistro, code_for(bistro, "tablet"))
    page.wait_for_url(re.compile("/pin"))
    tablet.check()
    enter(page, bob)
    page.wait_for_url(re.compile("/floor"))

    page.get_by_role("link", name="Table T1").click()
    page.locator("#sheet").get_by_role("button", name="2", exact=True).click()
    page.wait_for_url(re.compile("/orders/"))
    page.get_by_role("link", name="Drinks", exact=True).click()
    page.locator(".tiles:visible .tile", has_text="Espresso").click()
    expect(page.locator("#bill .line")).to_have_count(1, timeout=SOON_MS)
    address = page.url
    page.get_by_placeholder(re.compile("earch")).fill("esp")

    page.locator("a.avatar").click()
    page.locator("#sheet [data-lock]").click()
    expect(page.locator("#lock #pin-form")).to_be_visible(timeout=SOON_MS)
    page.keyboard.press("Escape")
    expect(page.locator("#lock")).to_be_visible()
    tablet.check()
    enter(page, bob)
    expect(page.locator("#lock")).to_be_hidden(timeout=SOON_MS)
    assert page.url == address
    expect(page.get_by_placeholder(re.compile("earch"))).to_have_value("esp")

    page.get_by_placeholder(re.compile("earch")).fill("")
    page.locator(".tiles:visible .tile", has_text="Espresso").click()
    expect(page.locator("#bill .line")).to_have_count(2, timeout=SOON_MS)
    expect(page.locator("#live.good")).to_be_visible(timeout=SOON_MS)
    tablet.check()

    page.locator("a.avatar").click()
    enter(page, dan)
    expect(page.locator("a.avatar")).to_have_text("D", timeout=SOON_MS)


def stand_at_the_floor(tablet: Device, bistro: Restaurant, person: Person) -> Page:
    """A tablet that was paired just now, where somebody has signed in by PIN."""
    pair(tablet, bistro, code_for(bistro, "tablet"))
    tablet.page.wait_for_url(re.compile("/pin"))
    enter(tablet.page, person)
    tablet.page.wait_for_url(re.compile("/floor"))
    return tablet.page


def test_the_managers_page_notices_that_the_device_was_paired(
    bistro: Restaurant, device_of: Callable[..., Device], nobodys: Callable[..., Device]
) -> None:
    manager, code = device_of(bistro.people["alice"]), code_for(bistro, "tablet")
    manager.open(f"/t/{bistro.tenant.slug}/settings/devices")
    manager.page.get_by_role("link", name="A tablet").click()
    expect(manager.page.locator(".pairing-code")).to_be_visible()
    manager.page.get_by_label("Name").fill("By the door")

    pair(nobodys(), bistro, code)

    expect(manager.page.get_by_text("Paired until")).to_be_visible(timeout=SOON_MS)
    expect(manager.page.locator(".pairing-code")).to_have_count(0)
    expect(manager.page.get_by_label("Name")).to_have_value("By the door")
    manager.check()


def test_names_at_the_pin_pad_of_a_phone_break_between_words_only(
    bistro: Restaurant, nobodys: Callable[..., Device]
) -> None:
    bob = bistro.people["bob"]
    with bistro.inside(), transaction():
        execute(update(Member).where(Member.id == bob.member_id).values(name="Mia Manager"))
    phone = nobodys()
    phone.page.set_viewport_size({"width": 390, "height": 844})
    pair(phone, bistro, code_for(bistro, "tablet"))

    name = phone.page.locator("#pin-form label", has_text="Mia Manager")

    assert name.evaluate(LINES_OF_A_NAME) <= 2
    assert name.evaluate("it => getComputedStyle(it).borderColor") == phone.page.locator(
        ".pin-keys button"
    ).first.evaluate("it => getComputedStyle(it).borderColor")


def test_a_tablet_that_nobody_touches_locks_by_itself_and_stays_as_it_was(
    bistro: Restaurant, nobodys: Callable[..., Device]
) -> None:
    bob, tablet = bistro.people["bob"], nobodys()
    page = stand_at_the_floor(tablet, bistro, bob)

    page.evaluate("document.documentElement.dataset.touched = Date.now() - 121000")
    expect(page.locator("#lock #pin-form")).to_be_visible(timeout=SOON_MS)
    send(bistro, "Espresso")
    page.wait_for_timeout(3000)

    expect(page.locator("#lock #pin-form")).to_be_visible()
    expect(page.locator("#toasts .toast")).to_have_count(0)
    assert page.url.endswith("/floor")
    tablet.check()
    enter(page, bob)
    expect(page.locator("#lock")).to_be_hidden(timeout=SOON_MS)
    expect(page.locator("#live.good")).to_be_visible(timeout=SOON_MS)


def test_a_tablet_whose_person_may_work_no_more_asks_for_a_pin(
    bistro: Restaurant, nobodys: Callable[..., Device]
) -> None:
    bob, tablet = bistro.people["bob"], nobodys()
    page = stand_at_the_floor(tablet, bistro, bob)
    expect(page.locator("#live.good")).to_be_visible(timeout=SOON_MS)

    with bistro.inside():
        revoke_logins(bistro.people["alice"].actor, bob.member_id)

    expect(page.locator("#lock #pin-form")).to_be_visible(timeout=SOON_MS)
    enter(page, bob)
    expect(page.locator("#lock")).to_be_hidden(timeout=SOON_MS)
    expect(page.locator("#live.good")).to_be_visible(timeout=SOON_MS)


def test_a_tablet_of_a_restaurant_that_closed_in_the_dark_says_so(
    live: Live, bistro: Restaurant, nobodys: Callable[..., Device]
) -> None:
    tablet = nobodys()
    page = stand_at_the_floor(tablet, bistro, bistro.people["bob"])
    expect(page.locator("#live.good")).to_be_visible(timeout=SOON_MS)
    live.kill("stream")

    with bistro.inside():
        close(bistro.people["alice"].actor, bistro.tenant.slug)
    live.start("stream")

    expect(page.get_by_text("is closed")).to_be_visible(timeout=2 * SOON_MS)


def test_a_tablet_that_locks_without_a_network_asks_for_the_pin_when_it_is_back(
    bistro: Restaurant, nobodys: Callable[..., Device]
) -> None:
    bob, tablet = bistro.people["bob"], nobodys()
    page = stand_at_the_floor(tablet, bistro, bob)
    left_alone = "document.documentElement.dataset.touched = Date.now() - 121000"
    page.evaluate(left_alone)
    expect(page.locator("#lock #pin-form")).to_be_visible(timeout=SOON_MS)
    enter(page, bob)
    expect(page.locator("#lock")).to_be_hidden(timeout=SOON_MS)

    page.context.set_offline(True)
    page.evaluate(left_alone)
    expect(page.locator("#lock").get_by_role("link", name="Unlock")).to_be_visible(timeout=SOON_MS)
    page.context.set_offline(False)
    expect(page.locator("#lock #pin-form")).to_be_visible(timeout=SOON_MS)
    tablet.complaints.clear()  # a browser notes each request that found no network
    enter(page, bob)
    expect(page.locator("#lock")).to_be_hidden(timeout=SOON_MS)


def test_a_void_and_a_refund_are_approved_at_the_servers_tablet(
    bistro: Restaurant, nobodys: Callable[..., Device]
) -> None:
    alice, bob = bistro.people["alice"], bistro.people["bob"]
    with bistro.inside():
        placed = order(bistro, "Espresso", "Bruschetta")
        paid = order(bistro, "Espresso")
        pay(bistro, paid)
    tablet = nobodys()
    page = tablet.page
    pair(tablet, bistro, code_for(bistro, "tablet"))
    page.wait_for_url(re.compile("/pin"))
    enter(page, bob)
    page.wait_for_url(re.compile("/floor"))

    def approve() -> None:
        expect(page.locator("#approval")).to_be_visible(timeout=SOON_MS)
        tablet.complaints.clear()  # a browser notes each refusal, also one that can be approved
        tablet.check()
        page.locator("#approval .people label", has_text="Alice").click()
        for digit in alice.pin:
            page.locator(f"#approval [data-digit='{digit}']").click()
        expect(page.locator("#sheet")).to_be_hidden(timeout=SOON_MS)

    tablet.open(f"{bistro.url}/orders/{placed.order_id}")
    page.locator("#bill a.line").first.click()
    page.locator("#sheet").get_by_role("link", name="Void").click()
    page.locator("#void-sheet").get_by_text("Wrong item").click()
    page.locator("#void-sheet").get_by_text("Not made").click()
    page.locator("#void-sheet button[type=submit]").last.click()
    approve()
    voided = page.locator("#bill a.line", has_text="Voided")
    expect(voided).to_be_visible(timeout=SOON_MS)

    tablet.open(f"{bistro.url}/orders/{paid.order_id}/pay")
    page.get_by_role("link", name="Refund").click()
    page.locator("#refund [name=reason]").fill("Cold")
    page.locator("#refund footer button").click()
    approve()
    expect(page.locator("#pay")).to_contain_text("given back", timeout=SOON_MS)


def test_a_kitchen_screen_needs_no_person(
    bistro: Restaurant, nobodys: Callable[..., Device]
) -> None:
    screen = nobodys(is_big=True)
    page = screen.page
    pair(screen, bistro, code_for(bistro, "kitchen", "Kitchen"))
    page.wait_for_url(re.compile("/kitchen/kitchen"))

    send(bistro, "Bruschetta")
    ticket = page.locator(".ticket", has_text="Bruschetta")
    expect(ticket).to_be_visible(timeout=SOON_MS)
    screen.check()
    ticket.locator("[data-bump]").click()

    expect(ticket).to_have_count(0, timeout=SOON_MS)
