"""The order screen and a kitchen board: what they cost here and in a browser."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench import loading
from bench.bare import Answer, bare_server
from bench.figures import Figure, percentile
from bench.house import House, open_house
from bench.http import Rider, rider_of
from bench.scene import Scene
from tests.support.recorder import record_queries
from tests.support.restaurants import Person
from tests.support.visitor import signed_in

STATION, LINES, TICKETS = "kitchen", 8, 8
BARE_HEADERS = ("Content-Type", "Content-Length", "Content-Encoding")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A page that is measured: `name` begins its keys, `who` looks at it."""

    name: str
    says: str
    path: str
    who: str


def measure(scene: Scene) -> list[Figure]:
    """Both pages at a house with a long menu, eight lines on the bill and as many tickets."""
    house = open_house(scene.app, "bench-pages")
    shown = _shown(scene, house)
    return [
        *_answers(scene, house, shown),
        *(_queries(scene, house.people[page.who], page) for page in shown),
        *loading.figures(scene, house, shown[0].path, shown[1].path),
    ]


def _shown(scene: Scene, house: House) -> list[Shown]:
    server = house.sign_in(scene.live.url, "bob")
    dishes = house.dishes[STATION]
    order_id = house.place(server, *dishes[:LINES])
    for number in range(1, TICKETS):
        house.place(server, *dishes[number : number + 3])
    return [
        Shown(
            name="order_page",
            says="order screen, 60 items",
            path=f"{house.url}/orders/{order_id}",
            who="bob",
        ),
        Shown(
            name="board_page",
            says=f"kitchen board, {TICKETS} tickets",
            path=f"{house.url}/kitchen/{STATION}",
            who="carol",
        ),
    ]


def _answers(scene: Scene, house: House, shown: Sequence[Shown]) -> list[Figure]:
    """Each page and the same bytes from a bare application, in turns."""
    riders = {page.name: rider_of(house.sign_in(scene.live.url, page.who)) for page in shown}
    samples = {page.name: riders[page.name].get(page.path) for page in shown}
    answers = {
        f"/{name}": Answer(
            {key: value for key, value in ridden.headers.items() if key in BARE_HEADERS},
            ridden.body,
        )
        for name, ridden in samples.items()
    }
    found: list[Figure] = []
    with bare_server(scene.live.settings, scene.own.folder, answers) as address:
        for page in shown:
            found += _in_turns(scene.pick(40, 400), page, riders[page.name], Rider(address, {}))
    return found


def _in_turns(rounds: int, page: Shown, own: Rider, bare: Rider) -> list[Figure]:
    took: list[tuple[float, float]] = []
    for number in range(rounds + 10):
        pair = own.get(page.path), bare.get(f"/{page.name}")
        if number >= 10:  # what was never asked for before is slower, once
            took.append((pair[0].ms, pair[1].ms))
    own_ms, bare_ms = zip(*took, strict=True)
    return [
        Figure(
            key=f"{page.name}_ratio_p50",
            value=median(own_ms) / median(bare_ms),
            unit="×",
            says=f"{page.says} ÷ the same bytes from a bare application",
        ),
        *(
            Figure(
                key=f"{page.name}_ms_p{percent}",
                value=percentile(own_ms, percent),
                unit="ms",
                says=page.says,
                floor=percentile(bare_ms, percent),
            )
            for percent in (50, 99)
        ),
    ]


def _queries(scene: Scene, person: Person, page: Shown) -> Figure:
    visitor = signed_in(scene.app, person)
    visitor.get(page.path)
    with record_queries(scene.app) as statements:
        visitor.get(page.path)
    return Figure(
        key=f"{page.name}_queries", value=len(statements), unit="", says=f"statements, {page.says}"
    )
