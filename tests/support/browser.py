"""A real Chromium, and what must hold on every page that it shows."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    ViewportSize,
    sync_playwright,
)

from app.runtime import chromium
from tests.support.live import Live
from tests.support.restaurants import Person

TABLET: ViewportSize = {"width": 1180, "height": 820}
SCREEN: ViewportSize = {"width": 1920, "height": 1080}
LIMIT_MS = 20_000

# What the browser refused is kept where the test finds it.
NOTE_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy refused ${event.violatedDirective} ${event.blockedURI}`);
});
"""


class Device:
    """One browser of its own at the running product, with everything it complained about."""

    def __init__(self, live: Live, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self._live = live
        page.set_default_timeout(LIMIT_MS)
        page.add_init_script(NOTE_VIOLATIONS)
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path: str) -> None:
        """Go to a page of the product."""
        self.page.goto(self._live.url + path)

    def sign_in(self, person: Person) -> None:
        """Sign in through the form; leads to where the person's role starts."""
        self.open(f"/t/{person.tenant}/sign-in")
        self.page.locator("input[name=email]").fill(person.email)
        self.page.locator("input[name=password]").fill(person.password)
        self.page.locator("input[name=password]").press("Enter")
        self.page.wait_for_url(lambda url: not url.endswith("/sign-in"))

    def check(self) -> None:
        """What is shown can be used by everybody, and the browser has refused nothing."""
        assert self.problems() == []

    def problems(self) -> list[str]:
        """What axe finds on the page, and what the browser complained about since last asked."""
        found = Axe().run(self.page)
        complaints, self.complaints = self.complaints, []
        return complaints + [
            f"{violation['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
            for violation in found.response["violations"]
            for node in violation["nodes"]
        ]

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    # The driver keeps its files where Node.js looks: not everybody may write to /tmp.
    os.environ.setdefault("TMPDIR", tempfile.gettempdir())
    path = chromium.find()
    assert path, "no Chromium: install it, or set CHROMIUM to its path"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()
