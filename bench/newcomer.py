"""A browser that has never been here, with the cookies of somebody who has signed in."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, ViewportSize

from app.replay import browser as http


@contextmanager
def newcomer(
    browser: Browser, person: http.Browser, size: ViewportSize
) -> Iterator[BrowserContext]:
    """A context of its own, with an empty cache."""
    context = browser.new_context(viewport=size, locale="en-GB")
    pairs = (pair.split("=", 1) for pair in person.cookies.split("; "))
    context.add_cookies(
        [{"name": name, "value": value, "url": person.base_url} for name, value in pairs]
    )
    try:
        yield context
    finally:
        context.close()
