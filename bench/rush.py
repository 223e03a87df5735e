"""The dinner rush: thirty restaurants at once on this machine.

30 locations with 8 tablets and 3 screens each. A busy house takes an order every 50 s: 30 / 50 =
0.6 orders a second, for ten minutes 360 orders. Each is 20 requests of its own, and about ten
changes of the floor, which up to nine screens show: 0.6 × (20 + 10 × 9) = 66 requests a second
at most.
"""

from random import Random

from psycopg import connect
from sqlalchemy import create_engine, pool

from app.core.settings import sqlalchemy_url
from app.invariants.check import check_invariants
from bench.evening import STATIONS, TABLETS, Evening, Tally
from bench.figures import Figure, percentile
from bench.house import open_house
from bench.processes import pss_mb, used
from bench.scene import Scene
from tests.support.truth import wait_until_done

EVERY_S = 50
SEED = 20_261_125
RATES, STEP_S, TOO_SLOW_MS = (1, 2, 3, 4, 6, 8, 12, 16), 30, 1000


def measure(scene: Scene) -> list[Figure]:
    """Ten minutes of it; quick: a tenth of the houses at the same rate of orders, for seconds."""
    orders_per_s = 30 / EVERY_S
    evening = _evening(scene, "rush", scene.pick(3, 30))
    before = used(scene)
    with evening.open():
        evening.play(orders_per_s, scene.pick(6, 600), Random(SEED))  # noqa: S311
        after, memory = used(scene), pss_mb(scene)
    for location in evening.locations:
        with connect(scene.own.addresses.owner_url, autocommit=True) as owner:
            wait_until_done(owner, location.house.tenant_id)
    return [
        *_latencies(evening.tally),
        _figure("errors", len(evening.tally.errors), "", _said(evening), at_most=0),
        _figure(
            "invariants_broken",
            _broken(scene, evening),
            "",
            "afterwards, at these locations",
            at_most=0,
        ),
        _figure("cpu_percent", after.percent_since(before), "%", "of all cores, product alone"),
        _figure("pss_mb", memory, "MB", "all processes, PostgreSQL and Valkey included"),
    ]


def limit(scene: Scene) -> list[Figure]:
    """Orders a second, raised until a tap or a send in a hundred takes longer than a second."""
    evening = _evening(scene, "limit", scene.pick(3, 30))
    reached = 0.0
    with evening.open():
        for orders_per_s in RATES[: scene.pick(1, len(RATES))]:
            evening.tally.clear()
            evening.play(orders_per_s, scene.pick(5, STEP_S), Random(SEED))  # noqa: S311
            took = evening.tally.took
            slowest = percentile(took["tap"] + took["place"], 99)
            if evening.tally.errors or slowest > TOO_SLOW_MS:
                break
            reached = orders_per_s
    steps = "/".join(map(str, RATES))
    return [
        Figure(
            key="limit_orders_per_s",
            value=reached,
            unit="/s",
            says=f"the last of {steps} at which p99 of taps and sends is within 1 s",
        )
    ]


def _evening(scene: Scene, name: str, houses: int) -> Evening:
    return Evening(
        scene.live.url,
        scene.live.stream_url,
        [open_house(scene.app, f"bench-{name}-{number}") for number in range(houses)],
    )


def _latencies(tally: Tally) -> list[Figure]:
    requests = sum(map(len, tally.took.values()))
    return [
        _figure("orders", tally.orders, "", f"opened to closed, {requests} requests"),
        *(
            _figure(f"{name}_ms_p{percent}", percentile(tally.took[kind], percent), "ms", says)
            for name, kind, percent, says in (
                ("place", "place", 50, "send"),
                ("place", "place", 99, "send"),
                ("tap", "tap", 50, "tap on a tile"),
                ("tap", "tap", 99, "tap on a tile"),
                ("pay", "pay", 99, "cash"),
                ("floor", "floor", 99, "a floor fetched anew"),
            )
        ),
        *(
            _figure(
                f"painted_ms_p{percent}",
                percentile(tally.painted, percent),
                "ms",
                "from the send's begin to the ticket on its board's socket",
            )
            for percent in (50, 99)
        ),
    ]


def _said(evening: Evening) -> str:
    first = f": {evening.tally.errors[0][:80]}" if evening.tally.errors else ""
    return (
        f"{len(evening.locations)} locations × {TABLETS} tablets × {len(STATIONS) + 1} screens,"
        f" {evening.sockets} sockets{first}"
    )


def _broken(scene: Scene, evening: Evening) -> int:
    url = sqlalchemy_url(scene.own.addresses.owner_url)
    with create_engine(url, poolclass=pool.NullPool).connect() as connection:
        findings = check_invariants(connection)
    tenants = {str(location.house.tenant_id) for location in evening.locations}
    offences = [offence for finding in findings for offence in finding.offences]
    return sum(offence.tenant_id in tenants for offence in offences)


def _figure(
    name: str, value: float, unit: str, says: str, *, at_most: float | None = None
) -> Figure:
    return Figure(key=f"rush_{name}", value=value, unit=unit, says=says, at_most=at_most)
