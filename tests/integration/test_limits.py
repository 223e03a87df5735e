"""Who tries too often is told when to come back; nobody else notices. On a real Valkey."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from argon2 import PasswordHasher
from flask import Flask, request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import factory, wiring
from app.core import limits
from app.core.access import PAIRED, PUBLIC, access_of, public
from app.core.db import db
from app.core.ids import new_id
from app.core.limits import LIMITS, Bound, limited
from app.core.settings import load_settings
from app.core.web import csrf
from app.identity import passwords
from tests.support.proxy import Proxy
from tests.support.restaurants import Restaurant
from tests.support.servers import Addresses
from tests.support.signing_in import try_password

ADDRESS = "203.0.113.7"
FREE_TRIES = 30
TIME_OUT_S = 0.5
LONGEST_S = TIME_OUT_S + 0.4


@pytest.fixture(scope="module")
def redis(addresses: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """The way to Redis, which can be broken."""
    listen = tmp_path_factory.mktemp("redis") / "valkey.sock"
    with Proxy(listen, Path(urlsplit(addresses.redis_url).path)) as proxy:
        yield proxy


@contextmanager
def counting(addresses: Addresses, redis: Proxy) -> Iterator[Flask]:
    """An application that counts, with a view behind each limit that answers what it is told to."""
    query = urlsplit(addresses.redis_url).query
    settings = load_settings(
        {**addresses.environment, "REDIS_URL": f"unix://{redis.listen}?{query}"}
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(factory, "register", _register_with_probes)
        patch.setattr(passwords, "_hasher", PasswordHasher(1, 8, 1))
        made = factory.create_app(settings)
        yield made
    with made.app_context():
        db.engine.dispose()
    made.extensions["redis"].close()


def _register_with_probes(app: Flask) -> None:
    wiring.register(app)
    for name in LIMITS:
        view = _probe()
        view.__qualname__ = name
        csrf.exempt(public(limited(name)(view)))
        app.add_url_rule(f"/t/<tenant>/probe/{name}", f"probe_{name}", view, methods=["POST"])


def _probe() -> Callable[[], tuple[str, int]]:
    return lambda: ("", int(request.args.get("status", 200)))


@pytest.fixture(scope="module")
def counting_app(addresses: Addresses, redis: Proxy) -> Iterator[Flask]:
    with counting(addresses, redis) as made:
        yield made


@pytest.fixture
def limited_app(counting_app: Flask) -> Flask:
    """The application, which has forgotten that Redis was ever away."""
    counting_app.extensions["redis_silent_until"] = 0.0
    counting_app.extensions["limits"]._storage_dead = False
    counting_app.extensions["limits"]._Limiter__check_backend_count = 0  # how patient it has become
    return counting_app


@pytest.fixture
def other_house(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    return new_restaurant()


def knock(
    app: Flask,
    house: Restaurant,
    limit: str,
    times: int,
    *,
    address: str = ADDRESS,
    status: int = 200,
) -> list[TestResponse]:
    """Ask the view behind a limit so many times, each time as another person."""
    path = f"/t/{house.tenant.slug}/probe/{limit}?status={status}"
    return [
        app.test_client().post(
            path,
            data={"email": f"{new_id()}@nobody.example"},
            environ_overrides={"REMOTE_ADDR": address},
        )
        for _ in range(times)
    ]


def statuses(answers: list[TestResponse]) -> set[int]:
    return {answer.status_code for answer in answers}


def guess(client: FlaskClient, house: Restaurant, address: str) -> TestResponse:
    """Try a password for somebody who is not there."""
    someone = f"{new_id()}@nobody.example"
    return try_password(client, house.tenant.slug, someone, "wrong wrong wrong wrong",
                        environ_overrides={"REMOTE_ADDR": address})  # fmt: skip


def test_the_try_too_many_is_refused_and_told_when_to_come_back(
    limited_app: Flask, house: Restaurant
) -> None:
    assert statuses(knock(limited_app, house, "sign_up", FREE_TRIES)) == {200}

    (refused,) = knock(limited_app, house, "sign_up", 1)

    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert f"Try again in {refused.headers['Retry-After']} seconds." in refused.text


def test_it_is_told_as_page_fragment_or_problem(limited_app: Flask, house: Restaurant) -> None:
    knock(limited_app, house, "sign_up", FREE_TRIES, address="203.0.113.9")

    def again(headers: dict[str, str]) -> TestResponse:
        return limited_app.test_client().post(
            f"/t/{house.tenant.slug}/probe/sign_up",
            headers=headers,
            environ_overrides={"REMOTE_ADDR": "203.0.113.9"},
        )

    page, fragment = again({}), again({"HX-Request": "true"})
    problem = again({"Accept": "application/json"})

    assert {answer.status_code for answer in (page, fragment, problem)} == {429}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in (page, fragment, problem))
    assert "<html" in page.text
    assert "<hx-partial" in fragment.text
    assert "<html" not in fragment.text
    assert problem.mimetype == "application/problem+json"
    assert problem.get_json()["title"] == "too_often"


def test_after_the_time_that_was_told_one_is_let_in(
    addresses: Addresses, redis: Proxy, house: Restaurant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In seconds in place of minutes, so that the test can wait for it."""
    monkeypatch.setitem(limits.LIMITS, "sign_up", (Bound("address", "4 per 2 second"),))
    with counting(addresses, redis) as quick:
        assert statuses(knock(quick, house, "sign_up", 4)) == {200}
        (refused,) = knock(quick, house, "sign_up", 1)
        assert refused.status_code == 429

        time.sleep(int(refused.headers["Retry-After"]))

        assert statuses(knock(quick, house, "sign_up", 1)) == {200}


def test_what_succeeds_costs_nothing_where_failures_are_counted(
    limited_app: Flask, house: Restaurant
) -> None:
    assert statuses(knock(limited_app, house, "pairing", 25)) == {200}
    assert statuses(knock(limited_app, house, "pairing", 20, status=422)) == {422}
    assert statuses(knock(limited_app, house, "pairing", 1)) == {429}


def test_one_address_that_guesses_keeps_nobody_else_out(
    limited_app: Flask, house: Restaurant
) -> None:
    client = limited_app.test_client()
    tries = [guess(client, house, "203.0.113.7").status_code for _ in range(FREE_TRIES + 5)]
    bob = house.people["bob"]

    elsewhere = try_password(limited_app.test_client(), house.tenant.slug, bob.email,
                             environ_overrides={"REMOTE_ADDR": "203.0.113.8"})  # fmt: skip

    assert tries == [422] * FREE_TRIES + [429] * 5
    assert elsewhere.status_code == 303


def test_who_signs_in_properly_may_do_so_often(limited_app: Flask, house: Restaurant) -> None:
    """A whole staff comes through one router."""
    bob, slug = house.people["bob"], house.tenant.slug
    entered = [
        try_password(limited_app.test_client(), slug, bob.email).status_code
        for _ in range(FREE_TRIES + 5)
    ]

    assert set(entered) == {303}


def test_one_restaurants_flood_does_not_limit_another(
    limited_app: Flask, house: Restaurant, other_house: Restaurant
) -> None:
    """From the same addresses, too."""
    for number in range(20):
        answers = knock(limited_app, house, "sign_up", FREE_TRIES, address=f"203.0.113.{number}")
        assert statuses(answers) == {200}

    assert statuses(knock(limited_app, house, "sign_up", 5, address="203.0.113.200")) == {429}
    assert statuses(knock(limited_app, other_house, "sign_up", 5, address="203.0.113.1")) == {200}


def test_counts_stand_under_their_restaurant(limited_app: Flask, house: Restaurant) -> None:
    knock(limited_app, house, "sign_up", 1)

    keys = [it.decode() for it in limited_app.extensions["redis"].keys(f"*{house.tenant.id}*")]

    assert keys
    assert all(f"/nib:{house.tenant.id}:limit:" in key for key in keys)


@pytest.mark.parametrize("outage", ["refusing", "swallowing"])
def test_without_redis_it_is_counted_here_and_nobody_waits(
    limited_app: Flask, house: Restaurant, redis: Proxy, outage: str
) -> None:
    knock(limited_app, house, "sign_up", 1)
    with getattr(redis, outage)():
        took, answers = [], []
        for _ in range(FREE_TRIES + 5):
            began = time.monotonic()
            answers += knock(limited_app, house, "sign_up", 1)
            took.append(time.monotonic() - began)

    assert [answer.status_code for answer in answers] == [200] * FREE_TRIES + [429] * 5
    assert all("Retry-After" in answer.headers for answer in answers[FREE_TRIES:])
    assert max(took) < LONGEST_S
    assert sum(it > TIME_OUT_S for it in took) <= 2  # who finds out waits, and who looks again


def test_once_redis_is_back_it_counts_again(
    limited_app: Flask, house: Restaurant, redis: Proxy
) -> None:
    with redis.refusing():
        knock(limited_app, house, "sign_up", 3)
    pattern = f"*{house.tenant.id}*"
    deadline = time.monotonic() + 20
    while not limited_app.extensions["redis"].keys(pattern):
        assert time.monotonic() < deadline
        time.sleep(0.2)
        knock(limited_app, house, "sign_up", 1)


def test_a_tap_asks_redis_nothing(limited_app: Flask, house: Restaurant, redis: Proxy) -> None:
    client = limited_app.test_client()
    try_password(client, house.tenant.slug, house.people["bob"].email)
    with redis.swallowing():
        began = time.monotonic()
        for _ in range(5):
            assert client.get(f"{house.url}/floor").status_code == 200
        took = time.monotonic() - began

    assert took < 5 * TIME_OUT_S


def test_a_limit_that_is_not_there_cannot_be_asked_for() -> None:
    with pytest.raises(LookupError):
        limited("nothing")


def test_what_strangers_may_send_is_limited(app: Flask) -> None:
    """All of it; a mailed link's token is too long to guess, and says nothing where it is wrong."""
    open_to_strangers = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
        and access_of(app.view_functions[rule.endpoint]) in (PUBLIC, PAIRED)
    }
    unlimited = {
        endpoint
        for endpoint in open_to_strangers
        if "limits" not in app.view_functions[endpoint].__dict__
    }

    assert {"identity.sign_in", "identity.enter_by_pin", "sign_up.begin"} <= open_to_strangers
    assert unlimited == {"account.confirm_email", "devices.report", "identity.lock"}
