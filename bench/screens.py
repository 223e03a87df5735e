"""Screens in a real Chromium: from a tap to its line, and from a send to another screen."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page

from app.replay import browser as http
from bench import watching
from bench.echo import echo_server
from bench.figures import Figure, percentile
from bench.house import House, open_house
from bench.listening import Address, Listening
from bench.newcomer import newcomer
from bench.scene import Scene
from bench.watching import Tap
from tests.support.browser import SCREEN, TABLET, running_browser

STATION, STANDING = "cold", 6
TAPS, CROWD = 3, 50
TILE = ".tiles:not([data-off]) > form:nth-of-type({}) > button.tile"
SEND = "form.send button"
PAUSE_S = 0.15
PAINTED_P50_MS, PAINTED_P99_MS = 20, 60


@dataclass(frozen=True)
class Stage:
    """A server's tablet and a cook's board, in browsers of their own."""

    house: House
    url: str
    tablet: Page
    board: Page
    server: http.Browser

    def show_new_order(self) -> None:
        """Have the tablet show an order without lines."""
        order_id = self.house.open_order(self.server)
        self.tablet.goto(f"{self.url}{self.house.url}/orders/{order_id}")


def measure(scene: Scene) -> list[Figure]:
    """Taps and sends on one tablet, watched by one board, then by fifty screens."""
    house = open_house(scene.app, "bench-screens")
    rounds = scene.pick(8, 100)
    with running_browser() as browser:
        with _stage(scene, browser, house) as stage:
            taps, alone = _work(stage, rounds)
            with Listening(_crowd(scene, house)) as crowd:
                _taps, among = _work(stage, rounds)
        floor = _floor(browser, scene.pick(30, 150))
    crowded = f"1 board and {CROWD - 1} raw sockets watch ({crowd.lost} lost)"
    return [
        *_tap_figures(taps),
        *_painted("", "1 board watches", alone, floor),
        *_painted(f"_{CROWD}", crowded, among, floor),
    ]


@contextmanager
def _stage(scene: Scene, browser: Browser, house: House) -> Iterator[Stage]:
    url = scene.live.url
    server = house.sign_in(url, "bob")
    for dish in house.dishes[STATION][:STANDING]:
        house.place(server, dish)
    with (
        newcomer(browser, house.sign_in(url, "bob"), TABLET) as tablets,
        newcomer(browser, house.sign_in(url, "carol"), SCREEN) as boards,
    ):
        for context in (tablets, boards):
            context.add_init_script(watching.NOTE)
        stage = Stage(house, url, tablets.new_page(), boards.new_page(), server)
        stage.board.goto(f"{url}{house.url}/kitchen/{STATION}")
        stage.board.locator("#live.good").wait_for()
        yield stage


def _work(stage: Stage, rounds: int) -> tuple[list[Tap], list[float]]:
    """Rounds of an order tapped, sent and bumped: the taps, and how late each was painted."""
    taps: list[Tap] = []
    late: list[float] = []
    for number in range(rounds + 1):
        stage.show_new_order()
        stage.tablet.locator("#live.good").wait_for()
        found = [_tap(stage, nth + 1) for nth in range(TAPS)]
        before = watching.known(stage.board)
        answered = watching.send(stage.tablet, SEND)
        ticket, painted = watching.shown_after(stage.board, before)
        stage.board.locator(f"#{ticket} [data-bump]").click()
        stage.board.locator(f"#{ticket}").wait_for(state="detached")
        if number > 0:  # the first of everything is slower, once
            taps += found
            late.append(painted - answered)
    return taps, late


def _tap(stage: Stage, nth: int) -> Tap:
    time.sleep(PAUSE_S)
    return watching.tap(stage.tablet, TILE.format(nth))


def _crowd(scene: Scene, house: House) -> list[Address]:
    """The other screens: a third each boards, floors and orders."""
    stream = f"{scene.live.stream_url}{house.url}/stream?view="
    cook = house.sign_in(scene.live.url, "carol").cookies
    server = house.sign_in(scene.live.url, "bob").cookies
    views = [(f"kitchen:{house.stations[STATION]}", cook), ("floor", server), ("order", server)]
    return [
        Address(stream + view, cookies, scene.live.url)
        for view, cookies in (views[number % 3] for number in range(CROWD - 1))
    ]


def _floor(browser: Browser, rounds: int) -> list[float]:
    """The same between two pages of a few lines, with a ticket of a few lines."""
    late: list[float] = []
    with echo_server() as url:
        contexts = [browser.new_context(), browser.new_context()]
        for context in contexts:
            context.add_init_script(watching.NOTE)
        tablet, board = (context.new_page() for context in contexts)
        for page in (tablet, board):
            page.goto(url)
            page.locator("body[data-open]").wait_for(state="attached")
        for number in range(rounds):
            before = watching.known(board)
            tablet.evaluate(
                "(n) => { marks = {}; fetch('/send', {method: 'POST',"
                " body: `<article class=ticket id=t${n}>${n}</article>`}) }",
                number,
            )
            _ticket, painted = watching.shown_after(board, before)
            late.append(painted - watching.answered(tablet))
        for context in contexts:
            context.close()
    return late


def _tap_figures(taps: Sequence[Tap]) -> list[Figure]:
    answers = [tap.answer for tap in taps]
    says = "tap on a tile until "
    return [
        Figure(
            key=f"tap_to_{name}_ms_p{percent}",
            value=percentile([getattr(tap, name) for tap in taps], percent),
            unit="ms",
            says=says + what,
            floor=percentile(answers, percent) if name == "line" else None,
        )
        for name, what in (
            ("pending", "the tablet's own line shows"),
            ("line", "the server's line shows; floor: the request alone"),
        )
        for percent in (50, 95, 99)
    ] + [
        Figure(
            key="tap_answer_ms_p50",
            value=percentile(answers, 50),
            unit="ms",
            says="a tap's request, seen from the page",
        )
    ]


def _painted(
    name: str, watched: str, late: Sequence[float], floor: Sequence[float]
) -> list[Figure]:
    return [
        Figure(
            key=f"painted_ms_p{percent}{name}",
            value=percentile(late, percent),
            unit="ms",
            says=f"send's own answer until its ticket shows elsewhere; {watched}",
            floor=percentile(floor, percent),
            at_most=bar,
        )
        for percent, bar in ((50, PAINTED_P50_MS), (99, PAINTED_P99_MS))
    ]
