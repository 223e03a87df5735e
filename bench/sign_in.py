"""Getting in: by password, by PIN at a tablet, and what each request pays for being let through."""

from collections.abc import Callable
from http.client import HTTPConnection
from time import perf_counter
from typing import Any
from urllib.parse import urlencode, urlsplit

import psycopg
from flask import Flask

from app.core.tenant import tenant_scope
from app.identity.logins import open_login
from app.identity.passwords import hash_secret, is_right
from app.identity.session import PLAIN_COOKIE
from app.replay.browser import Browser
from bench.figures import Figure, percentile
from bench.scene import Scene
from tests.support.restaurants import Person
from tests.support.signing_in import DEVICE_COOKIE, device_token

MOST_PIN_MS = 300.0
# By other work on the machine, of all percentiles.
DISTURBED_LEAST = 10
LOOK_UP = (
    "SELECT s.id, m.name, r.permissions FROM login_session s"
    " JOIN member m ON m.tenant_id = s.tenant_id AND m.id = s.member_id"
    " JOIN role r ON r.tenant_id = m.tenant_id AND r.id = m.role_id"
    " WHERE s.tenant_id = %s AND s.revoked_at IS NULL ORDER BY s.id DESC LIMIT 1"
)


def measure(scene: Scene) -> list[Figure]:
    """Sign-in and PIN beside one bare comparison of argon2, and the gate beside its look-up."""
    rounds = scene.pick(30, 150)
    person = scene.restaurant.people["bob"]
    password, pin, bare = [], [], []
    compare = _comparison(person.password)
    for _ in range(rounds):  # by turns: what else the machine does is in all three
        password.append(_sign_in(scene.live.url, person))
        pin.append(_enter_by_pin(scene, person))
        bare.append(_timed_ms(compare))
    return [
        *_figures("sign_in", password, bare, "password → session"),
        *_figures("pin", pin, bare, "PIN at a tablet → session"),
        _authorisation(scene, scene.pick(300, 3000)),
    ]


def _figures(key: str, taken: list[float], bare: list[float], says: str) -> list[Figure]:
    return [
        Figure(
            key=f"{key}_ms_p{percent}",
            value=percentile(taken, percent),
            unit="ms",
            says=f"{says}, p{percent}; floor: one comparison of argon2",
            floor=percentile(bare, percent),
            at_most=MOST_PIN_MS if (key, percent) == ("pin", 95) else None,
        )
        for percent in (50, 95)
    ]


def _comparison(secret: str) -> Callable[[], object]:
    secret_hash = hash_secret(secret)
    return lambda: is_right(secret_hash, secret)


def _sign_in(url: str, person: Person) -> float:
    """One POST of the form, in a browser that has never been here."""
    page, browser = f"/t/{person.tenant}/sign-in", Browser(url)
    browser.get(page)
    form = {"email": person.email, "password": person.password, "csrf_token": browser.token}
    return _post_ms(url, page, form, browser.cookies)


def _enter_by_pin(scene: Scene, person: Person) -> float:
    """One POST of the PIN, at a tablet where nobody is signed in."""
    page, browser = f"/t/{person.tenant}/pin", Browser(scene.live.url)
    browser.take_cookie(f"{DEVICE_COOKIE}={device_token(scene.restaurant, 'tablet')}")
    browser.get(page)
    form = {"member_id": str(person.member_id), "pin": person.pin, "csrf_token": browser.token}
    return _post_ms(scene.live.url, page, form, browser.cookies)


def _post_ms(url: str, path: str, form: dict[str, str], cookies: str) -> float:
    """How long the answer took; RuntimeError where it let nobody in."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=30)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": cookies,
        "Referer": url + path,
    }
    connection.connect()
    began = perf_counter()
    connection.request("POST", path, urlencode(form), headers)
    answer = connection.getresponse()
    answer.read()
    took = (perf_counter() - began) * 1000
    connection.close()
    if answer.status != 303:
        raise RuntimeError(f"{path} answered {answer.status}")
    return took


def _authorisation(scene: Scene, rounds: int) -> Figure:
    """The hooks before a view that asks for a member, less those before a view that asks nobody."""
    app, house = scene.app, scene.restaurant
    with app.app_context(), tenant_scope(house.tenant.id):
        token = open_login(house.people["bob"].member_id)
    home = f"/t/{house.tenant.slug}"
    guarded = _hooks(app, f"{home}/account/menu", token)
    public = _hooks(app, f"{home}/brand.css", token)
    asked, free = [], []
    for _ in range(rounds):
        asked.append(guarded())
        free.append(public())
    return Figure(
        key="authorisation_us",
        value=(percentile(asked, DISTURBED_LEAST) - percentile(free, DISTURBED_LEAST)) * 1000,
        unit="µs",
        says="session, person, role, device and gate, p10; floor: a look-up like it in psycopg",
        floor=_look_up_us(scene, rounds),
    )


def _hooks(app: Flask, path: str, token: str) -> Callable[[], float]:
    """What runs before a view, in milliseconds."""
    headers = {"Cookie": f"{PLAIN_COOKIE}={token}"}

    def run() -> float:
        with app.test_request_context(path, headers=headers):
            return _timed_ms(app.preprocess_request)

    return run


def _look_up_us(scene: Scene, rounds: int) -> float:
    tenant_id = scene.restaurant.tenant.id
    with psycopg.connect(scene.own.addresses.owner_url, autocommit=True) as owner:
        owner.execute("SELECT set_config('app.tenant_id', %s, false)", [str(tenant_id)])

        def ask() -> object:
            return owner.execute(LOOK_UP, [tenant_id], prepare=True).fetchone()

        return percentile([_timed_ms(ask) for _ in range(rounds)], DISTURBED_LEAST) * 1000


def _timed_ms(act: Callable[[], Any]) -> float:
    began = perf_counter()
    act()
    return (perf_counter() - began) * 1000
