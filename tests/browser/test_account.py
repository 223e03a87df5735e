"""Passkeys, the second step and the question who one is, in a real browser under its policy."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect
from psycopg import Connection

from app.core import clock
from app.identity.domain import IDLE_ENDS_AFTER
from tests.support.browser import TABLET, Device
from tests.support.factors import newcomer
from tests.support.kitchen import send
from tests.support.live import Live
from tests.support.restaurants import Person, Restaurant

pytestmark = pytest.mark.browser

SOON_MS = 15_000


@dataclass
class Desk:
    """A browser with a passkey device in it, at the product under the name localhost."""

    device: Device
    page: Page
    url: str

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)

    def sign_in(self, person: Person) -> None:
        self.open(f"/t/{person.tenant}/sign-in")
        self.page.locator("input[name=email]").fill(person.email)
        self.page.locator("input[name=password]").fill(person.password)
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    def sign_out(self, person: Person) -> None:
        self.open(f"/t/{person.tenant}/account/menu")
        self.page.get_by_role("button", name="Sign out").click()


@pytest.fixture
def desk(browser: Browser, live: Live) -> Iterator[Desk]:
    context = browser.new_context(viewport=TABLET, locale="en-GB")
    page = context.new_page()
    device = Device(live, page)
    cdp = context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield Desk(device, page, live.url.replace("127.0.0.1", "localhost"))
    context.close()


@pytest.fixture
def alice(trattoria: Restaurant) -> Person:
    return newcomer(trattoria, "owner")


def make_passkey(desk: Desk, person: Person) -> None:
    desk.open(f"/t/{person.tenant}/account/security")
    desk.page.get_by_label("Name of a new passkey").fill("The key in the office")
    desk.page.get_by_role("button", name="Make a passkey").click()
    expect(desk.page.locator(".codes li")).to_have_count(10, timeout=SOON_MS)
    desk.device.check()
    desk.page.get_by_role("link", name="I have kept them").click()
    expect(desk.page.get_by_text("The key in the office", exact=True)).to_be_visible()


def test_a_passkey_is_made_and_then_lets_in_with_and_without_the_password(
    desk: Desk, alice: Person
) -> None:
    desk.sign_in(alice)
    make_passkey(desk, alice)
    desk.device.check()

    desk.sign_out(alice)
    desk.sign_in(alice)
    desk.page.wait_for_url("**/sign-in/second")
    desk.device.check()
    desk.page.get_by_role("button", name="Use a passkey").click()
    desk.page.wait_for_url("**/dashboard", timeout=SOON_MS)

    desk.sign_out(alice)
    desk.device.check()
    desk.page.get_by_role("button", name="Sign in with a passkey").click()
    desk.page.wait_for_url("**/dashboard", timeout=SOON_MS)


def test_who_uses_no_passkey_is_told_and_goes_on_without(desk: Desk, alice: Person) -> None:
    desk.open(f"/t/{alice.tenant}/sign-in")
    desk.page.get_by_role("button", name="Sign in with a passkey").click()

    expect(desk.page.get_by_text("No passkey was used.")).to_be_visible(timeout=SOON_MS)
    expect(desk.page.locator("input[name=email]")).to_be_visible()


def test_an_app_is_set_up_from_the_page(desk: Desk, alice: Person) -> None:
    desk.sign_in(alice)
    desk.page.wait_for_url("**/dashboard")
    desk.open(f"/t/{alice.tenant}/account/app/new")
    expect(desk.page.get_by_alt_text("QR code for the app")).to_be_visible()
    desk.device.check()
    secret = (desk.page.locator(".typed-key").text_content() or "").replace(" ", "")
    desk.page.get_by_label("The six digits").fill(pyotp.TOTP(secret).now())
    desk.page.get_by_role("button", name="Set up").click()

    expect(desk.page.locator(".codes li")).to_have_count(10, timeout=SOON_MS)


def test_the_strength_of_a_password_shows_while_it_is_typed(desk: Desk, alice: Person) -> None:
    desk.sign_in(alice)
    desk.page.wait_for_url("**/dashboard")
    desk.open(f"/t/{alice.tenant}/account/security")
    field = desk.page.get_by_label("New password")

    field.press_sequentially("trattoria demo")
    expect(desk.page.locator("#strength")).to_contain_text("15 characters at least")
    field.fill("seven swans are swimming")
    expect(desk.page.locator("#strength")).to_contain_text("hard to guess", timeout=SOON_MS)
    desk.device.check()


def test_an_old_proof_is_asked_for_again_and_the_act_goes_through(
    desk: Desk, alice: Person, owner_connection: Connection
) -> None:
    desk.sign_in(alice)
    desk.page.wait_for_url("**/dashboard")
    owner_connection.execute(
        "UPDATE login_session SET data = jsonb_set(data, '{proven_at}', '0') WHERE member_id = %s",
        [alice.member_id],
    )
    desk.open(f"/t/{alice.tenant}/settings/security")
    desk.device.check()
    desk.page.get_by_role("button", name="Save").click()

    expect(desk.page.get_by_role("heading", name="Is it still you?")).to_be_visible()
    desk.device.complaints.clear()  # the browser notes the status of the page that asks
    desk.device.check()
    desk.page.get_by_label("Password").fill(alice.password)
    desk.page.get_by_role("button", name="Go on").click()
    expect(desk.page.get_by_text("Saved.")).to_be_visible(timeout=SOON_MS)


def test_a_board_whose_session_is_over_shows_the_way_in(
    desk: Desk, trattoria: Restaurant, owner_connection: Connection
) -> None:
    carol = newcomer(trattoria, "kitchen")
    desk.sign_in(carol)
    desk.page.wait_for_url("**/kitchen")
    desk.open(f"{trattoria.url}/kitchen/kitchen")
    expect(desk.page.locator("#live")).to_contain_text("Live", timeout=SOON_MS)

    owner_connection.execute(
        "UPDATE login_session SET last_seen_at = %s WHERE member_id = %s",
        [clock.now() - IDLE_ENDS_AFTER - timedelta(seconds=1), carol.member_id],
    )

    desk.page.wait_for_url(re.compile("/sign-in"), timeout=SOON_MS)
    assert "next=" in desk.page.url


def test_what_the_stream_asks_for_is_no_touch_after_the_clock_was_set_back(
    desk: Desk, trattoria: Restaurant, owner_connection: Connection
) -> None:
    bob = newcomer(trattoria, "server")
    desk.sign_in(bob)
    desk.page.wait_for_url("**/floor")
    expect(desk.page.locator("#live.good")).to_be_visible(timeout=SOON_MS)
    desk.page.evaluate("document.documentElement.dataset.touched = Date.now() + 3600000")
    earlier = clock.now() - timedelta(minutes=20)
    owner_connection.execute(
        "UPDATE login_session SET last_seen_at = %s WHERE member_id = %s", [earlier, bob.member_id]
    )

    with desk.page.expect_response("**/floor*"):
        send(trattoria, "Espresso")

    seen = owner_connection.execute(
        "SELECT last_seen_at FROM login_session WHERE member_id = %s", [bob.member_id]
    ).fetchall()
    assert seen == [(earlier,)]


def test_the_account_looks_right_everywhere(
    alice: Person, device_of: Callable[..., Device]
) -> None:
    for theme in ("light", "dark"):
        device = device_of(alice, theme=theme)
        for page in ("account/security", "account/sessions", "account/app/new", "account/prove"):
            device.open(f"/t/{alice.tenant}/{page}")
            device.check()
        device.page.set_viewport_size({"width": 390, "height": 844})
        device.open(f"/t/{alice.tenant}/account/security")
        assert device.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
