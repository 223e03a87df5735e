"""Where am I signed in, and how long."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.core import clock
from app.identity.domain import IDLE_ENDS_AFTER
from app.identity.queries import ended, find_login
from app.identity.session import (
    PLAIN_COOKIE,
    PLAIN_VISITOR,
    SECURE_COOKIE,
    SECURE_VISITOR,
)
from tests.support.factors import is_in, newcomer
from tests.support.restaurants import Person, Restaurant
from tests.support.signing_in import open_tablet, try_password
from tests.support.visitor import Visitor, signed_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


@pytest.fixture
def bob(diner: Restaurant) -> Person:
    return newcomer(diner)


def at(app: Flask, person: Person, agent: str, address: str) -> Visitor:
    """A browser of this kind, at this address, where the person has signed in."""
    visitor = Visitor(app)
    visitor.client.environ_base.update(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    visitor.get(f"/t/{person.tenant}/sign-in")
    visitor.submit(visitor.form("/sign-in"), {"email": person.email, "password": person.password})
    return visitor


def test_each_place_is_told_from_the_others(app: Flask, bob: Person, diner: Restaurant) -> None:
    at(app, bob, FIREFOX, "198.51.100.23")
    open_tablet(app, diner, bob)
    here = at(app, bob, "curl/8.0", "203.0.113.9")

    shown = here.get(f"/t/{bob.tenant}/account/sessions").select(".account-list li")

    texts = [item.get_text(" ", strip=True) for item in shown]
    assert len(texts) == 3
    assert "Unknown browser" in texts[0]
    assert "here" in texts[0]
    assert any("Firefox · Linux 198.51.100.x" in text for text in texts)
    assert any("Tablet 1" in text for text in texts)
    assert "198.51.100.23" not in str(here.page)


def test_a_tablet_is_no_place_once_it_has_locked(
    app: Flask, bob: Person, diner: Restaurant, client_of: Callable[[Person], Visitor]
) -> None:
    with clock.use(clock.now() - timedelta(minutes=5)):
        open_tablet(app, diner, bob)
    here = client_of(bob)

    shown = here.get(f"/t/{bob.tenant}/account/sessions").select(".account-list li")

    assert len(shown) == 1
    assert "here" in shown[0].get_text()


def test_one_place_is_signed_out_from_another(app: Flask, bob: Person) -> None:
    lost, here = at(app, bob, FIREFOX, "198.51.100.23"), at(app, bob, "x", "203.0.113.9")
    page = here.get(f"/t/{bob.tenant}/account/sessions")
    form = page.select_one("form[action$='/end']")
    assert form is not None

    here.submit(form)

    assert not is_in(lost, bob)
    assert is_in(here, bob)


def test_all_others_are_signed_out_at_once(app: Flask, bob: Person) -> None:
    others = [at(app, bob, FIREFOX, "198.51.100.23") for _ in range(2)]
    here = at(app, bob, "x", "203.0.113.9")
    here.get(f"/t/{bob.tenant}/account/sessions")

    here.submit(here.form("/end-others"))

    assert [is_in(other, bob) for other in others] == [False, False]
    assert is_in(here, bob)


def test_nobody_signs_somebody_else_out(app: Flask, bob: Person, diner: Restaurant) -> None:
    here = at(app, bob, FIREFOX, "198.51.100.23")
    at(app, bob, FIREFOX, "198.51.100.23")
    form = here.get(f"/t/{bob.tenant}/account/sessions").select_one("form[action$='/end']")
    assert form is not None
    eve = at(app, newcomer(diner), FIREFOX, "198.51.100.23")

    eve.send(str(form["action"]), {"csrf_token": eve.token}, status=404)


def test_a_session_that_nobody_touches_ends_after_half_an_hour(app: Flask, bob: Person) -> None:
    start = clock.now()
    with clock.use(start):
        visitor = signed_in(app, bob)
    for minutes in (29, 58, 87):
        with clock.use(start + timedelta(minutes=minutes)):
            assert is_in(visitor, bob)
    with clock.use(start + timedelta(minutes=87) + IDLE_ENDS_AFTER):
        assert not is_in(visitor, bob)


def test_what_a_page_asks_for_by_itself_keeps_nobody_signed_in(app: Flask, bob: Person) -> None:
    start = clock.now()
    with clock.use(start):
        visitor = signed_in(app, bob)
    path = f"/t/{bob.tenant}/account/menu"
    answers = []
    for minutes in range(5, 40, 5):
        with clock.use(start + timedelta(minutes=minutes)):
            headers = {"HX-Request": "true", "X-Idle": str(minutes * 60)}
            answers.append(visitor.client.get(path, headers=headers).status_code)

    assert answers == [200] * 5 + [401] * 2


def test_the_socket_of_an_abandoned_page_learns_that_its_session_is_over(
    app: Flask, bob: Person, diner: Restaurant
) -> None:
    start = clock.now()
    with clock.use(start):
        visitor = signed_in(app, bob)
        cookie = visitor.client.get_cookie(PLAIN_COOKIE)
        assert cookie is not None
        with diner.inside():
            login = find_login(cookie.value)
            assert login is not None
            assert ended([login.id]) == set()
    with clock.use(start + IDLE_ENDS_AFTER), diner.inside():
        assert ended([login.id]) == {login.id}


def test_signing_in_makes_a_new_token_also_in_two_steps(app: Flask, bob: Person) -> None:
    visitor = at(app, bob, FIREFOX, "198.51.100.23")
    before = visitor.client.get_cookie(PLAIN_COOKIE)
    again = try_password(app.test_client(), bob.tenant, bob.email)

    assert before is not None
    assert before.value not in str(again.headers)


def test_every_cookie_is_host_bound_secure_and_hidden_on_https(app: Flask, bob: Person) -> None:
    client = app.test_client()
    options: dict[str, Any] = {
        "base_url": "https://nibblix.example",
        "headers": {"Referer": "https://nibblix.example/"},
    }
    asked = client.get(f"/t/{bob.tenant}/sign-in", **options)
    let_in = try_password(client, bob.tenant, bob.email, **options)

    given = [
        cookie
        for answer in (asked, let_in)
        for cookie in answer.headers.getlist("Set-Cookie")
        if "Max-Age=0" not in cookie
    ]
    assert {cookie.partition("=")[0] for cookie in given} >= {SECURE_COOKIE, SECURE_VISITOR}
    for cookie in given:
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        assert "Domain" not in cookie


@pytest.mark.parametrize(
    ("host", "is_warned"), [("localhost", False), ("127.0.0.1", False), ("192.168.1.20", True)]
)
def test_plain_http_beyond_this_machine_is_said_loudly(
    host: str, app: Flask, bob: Person, caplog: pytest.LogCaptureFixture, *, is_warned: bool
) -> None:
    client = app.test_client()
    page = client.get(f"/t/{bob.tenant}/sign-in", base_url=f"http://{host}").get_data(as_text=True)
    try_password(client, bob.tenant, bob.email, base_url=f"http://{host}")

    assert ("can read what you type" in page) is is_warned
    assert ("session.plain_http" in caplog.text) is is_warned


def test_a_visitors_cookie_of_plain_http_counts_for_nothing_on_https(
    app: Flask, bob: Person, client_of: Callable[[Person | None], Visitor]
) -> None:
    plain = client_of(None)
    plain.get(f"/t/{bob.tenant}/sign-in")
    cookie = plain.client.get_cookie(PLAIN_VISITOR)
    assert cookie is not None
    client = app.test_client()
    client.set_cookie(PLAIN_VISITOR, cookie.value, domain="nibblix.example")

    answer = client.post(
        f"/t/{bob.tenant}/sign-in",
        data={"email": bob.email, "password": bob.password, "csrf_token": plain.token},
        base_url="https://nibblix.example",
        headers={"Referer": "https://nibblix.example/"},
    )

    assert answer.status_code == 400
