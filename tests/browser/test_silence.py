"""A board whose socket is let in no more, while nobody was there to tell it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from app.identity.logins import revoke_logins
from tests.support.browser import Device
from tests.support.live import Live
from tests.support.restaurants import Restaurant

pytestmark = pytest.mark.browser

PATIENCE_MS = 30_000


def test_a_board_whose_session_ended_in_the_dark_leads_to_the_sign_in(
    live: Live, bistro: Restaurant, device_of: Callable[..., Device]
) -> None:
    cook = device_of(bistro.people["carol"], is_big=True)
    cook.open(f"{bistro.url}/kitchen/kitchen")
    expect(cook.page.locator("#live")).to_contain_text("Live", timeout=PATIENCE_MS)
    live.kill("stream")

    with bistro.inside():
        revoke_logins(bistro.people["alice"].actor, bistro.people["carol"].member_id)
    live.start("stream")

    cook.page.wait_for_url(re.compile("/sign-in"), timeout=PATIENCE_MS)
