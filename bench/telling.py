"""What a stranger could tell from the time of an answer: whether an id, or an e-mail, is known."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from time import perf_counter

from flask import Flask
from werkzeug.test import TestResponse

from app.core.ids import new_id
from app.core.tenant import tenant_scope
from app.identity.logins import open_login
from app.identity.session import PLAIN_COOKIE
from bench.figures import Figure, percentile
from bench.house import open_house
from bench.scene import Scene

# The slower of the two over the quicker.
MOST_RATIO = 1.1
NOT_FOUND, NOT_LET_IN = 404, 422
SITE = "http://localhost"
NETWORK = ip_network("10.0.0.0/8")

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')

Ask = Callable[[], object]


def measure(scene: Scene) -> list[Figure]:
    """A neighbour's order beside none; an e-mail with an account beside one without.

    By turns in one process, so that whatever else the machine does falls on both.
    """
    with _without_limits(scene.app):
        return [
            _ratio("foreign_time_ratio", "a neighbour's order", _orders(scene), scene, 1500),
            _ratio("known_time_ratio", "a known e-mail", _sign_ins(scene), scene, 100),
        ]


def _ratio(key: str, what: str, asked: tuple[Ask, Ask], scene: Scene, rounds: int) -> Figure:
    taken = [tuple(map(_timed_ms, asked)) for _ in range(scene.pick(rounds // 5, rounds))]
    known, unknown = (percentile(side, 50) for side in zip(*taken, strict=True))
    return Figure(
        key=key,
        value=max(known, unknown) / min(known, unknown),
        unit="×",
        says=f"{what} is refused in {known:.2f} ms, one that is none in {unknown:.2f} (p50)",
        at_most=MOST_RATIO,
    )


def _orders(scene: Scene) -> tuple[Ask, Ask]:
    neighbour = open_house(scene.app, "bench-neighbour")
    foreign = neighbour.open_order(neighbour.sign_in(scene.live.url, "bob"))
    house, client = scene.restaurant, scene.app.test_client()
    with scene.app.app_context(), tenant_scope(house.tenant.id):
        client.set_cookie(PLAIN_COOKIE, open_login(house.people["bob"].member_id))

    def look_for(order_id: object) -> None:
        _expect(NOT_FOUND, client.get(f"{house.url}/orders/{order_id}"))

    return lambda: look_for(foreign), lambda: look_for(new_id())


def _sign_ins(scene: Scene) -> tuple[Ask, Ask]:
    house, client = scene.restaurant, scene.app.test_client()
    page = f"/t/{house.tenant.slug}/sign-in"
    found = _TOKEN.search(client.get(page).text)
    if found is None:
        raise RuntimeError("there is no form at the sign-in page")
    token = found[1]

    addresses = map(str, NETWORK)  # each try from elsewhere: none has to wait for others

    def guess(email: str) -> None:
        form = {"email": email, "password": "no such password", "csrf_token": token}
        place = {"REMOTE_ADDR": next(addresses)}
        answer = client.post(page, data=form, headers={"Origin": SITE}, environ_base=place)
        _expect(NOT_LET_IN, answer)

    return lambda: guess(house.people["bob"].email), lambda: guess("bob@nobody.example")


def _expect(status: int, answer: TestResponse) -> None:
    if answer.status_code != status:
        raise RuntimeError(f"{answer.request.path} answered {answer.status_code}")


@contextmanager
def _without_limits(app: Flask) -> Iterator[None]:
    limits = app.extensions["limits"]
    limits.enabled = False
    try:
        yield
    finally:
        limits.enabled = True


def _timed_ms(act: Ask) -> float:
    began = perf_counter()
    act()
    return (perf_counter() - began) * 1000
