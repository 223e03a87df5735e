"""Browsers at the running product."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from tests.support.browser import SCREEN, TABLET, Device, running_browser
from tests.support.live import Live
from tests.support.restaurants import Person, Restaurant


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as found:
        yield found


@pytest.fixture
def bistro(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    """A restaurant of the test's own."""
    return new_restaurant()


@pytest.fixture
def device_of(browser: Browser, live: Live) -> Iterator[Callable[..., Device]]:
    """`device_of(person)` is a browser of its own where the person has signed in."""
    with ExitStack() as open_ones:

        def sign_in(person: Person, *, is_big: bool = False, theme: str = "light") -> Device:
            context = browser.new_context(
                viewport=SCREEN if is_big else TABLET,
                color_scheme="dark" if theme == "dark" else "light",
                locale="en-GB",
            )
            open_ones.callback(context.close)
            device = Device(live, context.new_page())
            device.sign_in(person)
            return device

        yield sign_in
