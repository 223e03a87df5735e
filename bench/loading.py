"""First load in a real Chromium: what crosses the wire, and when a tap works."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from bench.bare import Answer, bare_server
from bench.figures import Figure
from bench.house import House
from bench.newcomer import newcomer
from bench.scene import Scene
from tests.support.browser import TABLET, running_browser

SLOWED = 4
LARGEST_KB, MOST_REQUESTS = 90, 8

# Taps the first tile in every frame until the page takes the tap itself. Before its script has
# run the browser would send the form and leave: that tap is taken back and counts as none.
NOTE_FIRST_TAP = """
window.tapped = new Promise((resolve) => {
  let usable = false;
  addEventListener("submit", (event) => {
    if (event.defaultPrevented && !usable) resolve(performance.now());
    usable ||= event.defaultPrevented;
    event.preventDefault();
  });
  (function tap() {
    document.querySelector("form > button.tile")?.click();
    if (!usable) requestAnimationFrame(tap);
  })();
});
"""
# A page as long, of text alone, whose button works at once.
BARE_PAGE = """<!doctype html><title>bare</title><form><button class="tile">tap</button></form>
<script>document.forms[0].addEventListener("submit", (event) => event.preventDefault())</script>
"""


@dataclass
class Wire:
    """What a page asked for: requests in their order, and bytes with their headers."""

    requests: list[str] = field(default_factory=list)
    sockets: int = 0
    bytes: int = 0

    @property
    def kb(self) -> float:
        """Kilobytes of 1000."""
        return self.bytes / 1000


def figures(scene: Scene, house: House, order: str, board: str) -> list[Figure]:
    """Both pages, each time in a browser that has never been here."""
    with running_browser() as browser:
        return [
            *_loaded("first_load", "order screen", _weigh(scene, browser, house, "bob", order)),
            *_loaded("board_load", "kitchen board", _weigh(scene, browser, house, "carol", board)),
            _usable(scene, browser, house, order),
        ]


def _loaded(name: str, says: str, wire: Wire) -> list[Figure]:
    sockets = f"and {wire.sockets} socket"
    return [
        Figure(
            key=f"{name}_kb",
            value=wire.kb,
            unit="kB",
            says=f"{says}, empty cache, as it crosses the wire with headers",
            at_most=LARGEST_KB,
        ),
        Figure(
            key=f"{name}_requests",
            value=len(wire.requests),
            unit="",
            says=f"{says}: {', '.join(wire.requests)} {sockets}",
            at_most=MOST_REQUESTS,
        ),
    ]


def _browser_of(
    scene: Scene, browser: Browser, house: House, name: str
) -> AbstractContextManager[BrowserContext]:
    return newcomer(browser, house.sign_in(scene.live.url, name), TABLET)


def _weigh(scene: Scene, browser: Browser, house: House, name: str, path: str) -> Wire:
    wire = Wire()

    def asked(event: dict[str, Any]) -> None:
        wire.requests.append(event["request"]["url"].rsplit("/", 1)[-1].split("?")[0][-12:])

    def came(event: dict[str, Any]) -> None:
        wire.bytes += int(event["encodedDataLength"])

    def connected(_event: dict[str, Any]) -> None:
        wire.sockets += 1

    with _browser_of(scene, browser, house, name) as context:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", asked)
        session.on("Network.loadingFinished", came)
        session.on("Network.webSocketCreated", connected)
        session.send("Network.enable")
        page.goto(scene.live.url + path)
        page.wait_for_load_state("networkidle")
    return wire


def _usable(scene: Scene, browser: Browser, house: House, path: str) -> Figure:
    rounds = scene.pick(2, 9)
    with _browser_of(scene, browser, house, "bob") as context:
        size = len(context.request.get(scene.live.url + path).body())
    filler = "<p>Nothing to do here.</p>\n"
    body = BARE_PAGE + filler * ((size - len(BARE_PAGE)) // len(filler))
    answer = Answer({"Content-Type": "text/html", "Content-Length": str(len(body))}, body.encode())
    own: list[float] = []
    bare: list[float] = []
    with bare_server(scene.live.settings, scene.own.folder, {"/page": answer}) as address:
        for _ in range(rounds):
            with _browser_of(scene, browser, house, "bob") as context:
                own.append(_first_tap(context.new_page(), scene.live.url + path))
                bare.append(_first_tap(context.new_page(), f"{address}/page"))
    return Figure(
        key=f"usable_ms_{SLOWED}x",
        value=median(own),
        unit="ms",
        says=f"order screen, empty cache, CPU slowed {SLOWED}-fold: until a tap on a tile works",
        floor=median(bare),
    )


def _first_tap(page: Page, url: str) -> float:
    """Milliseconds from the start of navigation until a tap works."""
    page.add_init_script(NOTE_FIRST_TAP)
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    page.goto(url)
    found = page.evaluate("tapped")
    page.close()
    return float(found)
