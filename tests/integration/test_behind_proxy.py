"""Behind a proxy with TLS: scheme, host and cookies are right, and nobody else forges them."""

import http.client
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlencode

import pytest

from tests.support.live import Live
from tests.support.restaurants import Person, Restaurant

HOST = "till.example"
FORWARDED = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": HOST,
}
FORGED = {
    **FORWARDED,
    "X-Forwarded-Ssl": "on",
    "X-Forwarded-Protocol": "ssl",
    "Forwarded": "proto=https",
}
UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')

Answer = tuple[http.client.HTTPResponse, str]


def ask(
    live: Live,
    method: str,
    path: str,
    headers: dict[str, str],
    values: dict[str, str] | None = None,
    *,
    port: int | None = None,
) -> Answer:
    """One request over a connection of its own, as the proxy makes it."""
    body = urlencode(values) if values is not None else None
    form = {"Content-Type": "application/x-www-form-urlencoded"} if values is not None else {}
    line = http.client.HTTPConnection("127.0.0.1", port or live.settings.port, timeout=20)
    with closing(line):
        line.request(method, path, body, {**form, **headers})
        answer = line.getresponse()
        return answer, answer.read().decode()


@contextmanager
def served(live: Live, trusted: str | None) -> Iterator[None]:
    """Pages and sockets with this TRUSTED_PROXIES while the block lasts."""
    for role in ("web", "stream"):
        if live.is_running(role):
            live.stop(role)
    live.start("web", "stream", environment={"TRUSTED_PROXIES": trusted} if trusted else {})
    yield


@pytest.fixture(scope="module", params=["1", "127.0.0.0/8"])
def proxied(request: pytest.FixtureRequest, live: Live) -> Iterator[Live]:
    with served(live, request.param):
        yield live


@pytest.fixture(scope="module", params=[None, "10.0.0.0/8"])
def alone(request: pytest.FixtureRequest, live: Live) -> Iterator[Live]:
    """No proxy is trusted, or another one than this test."""
    with served(live, request.param):
        yield live


@pytest.fixture(scope="module")
def alice(new_restaurant: Callable[..., Restaurant]) -> Person:
    return new_restaurant().people["alice"]


def cookies_of(answer: http.client.HTTPResponse) -> dict[str, str]:
    """What a browser would keep: name to the whole line."""
    lines = answer.headers.get_all("Set-Cookie") or []
    kept = [line for line in lines if "Max-Age=0" not in line and "1970" not in line]
    return {line.partition("=")[0]: line for line in kept}


def as_sent(cookies: dict[str, str]) -> str:
    return "; ".join(line.partition(";")[0] for line in cookies.values())


def test_cookies_and_forms_are_right_behind_a_trusted_proxy(proxied: Live, alice: Person) -> None:
    path = f"/t/{alice.tenant}/sign-in"
    page, text = ask(proxied, "GET", path, FORWARDED)
    visitor = cookies_of(page)
    token = TOKEN.search(text)
    assert token is not None

    entered, text = ask(
        proxied,
        "POST",
        path,
        {
            **FORWARDED,
            "Origin": f"https://{HOST}",
            "Referer": f"https://{HOST}{path}",
            "Cookie": as_sent(visitor),
        },
        {"email": alice.email, "password": alice.password, "csrf_token": token[1]},
    )

    assert entered.status == 303, text
    for name, line in {**visitor, **cookies_of(entered)}.items():
        assert name.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(line.split("; "))
    assert set(cookies_of(entered)) == {"__Host-nibblix"}
    assert page.headers["Strict-Transport-Security"]
    assert f"connect-src 'self' wss://{HOST};" in page.headers["Content-Security-Policy"]


def test_sockets_behind_a_proxy_are_for_its_own_pages(proxied: Live, alice: Person) -> None:
    path = f"/t/{alice.tenant}/old-town/stream?view=floor"
    cookie = as_sent(signed_in(proxied, alice))
    statuses = {
        origin: ask(
            proxied, "GET", path, {**FORWARDED, **UPGRADE, "Origin": origin, "Cookie": cookie},
            port=proxied.settings.stream_port,
        )[0].status
        for origin in (f"https://{HOST}", f"http://{HOST}", "https://evil.example", "null")
    }  # fmt: skip

    assert statuses == {
        f"https://{HOST}": 101,
        f"http://{HOST}": 403,
        "https://evil.example": 403,
        "null": 403,
    }


def signed_in(live: Live, person: Person) -> dict[str, str]:
    """The cookies of a person who has signed in through the proxy."""
    path = f"/t/{person.tenant}/sign-in"
    page, text = ask(live, "GET", path, FORWARDED)
    token = TOKEN.search(text)
    assert token is not None
    headers = {"Referer": f"https://{HOST}{path}", "Cookie": as_sent(cookies_of(page))}
    values = {"email": person.email, "password": person.password, "csrf_token": token[1]}
    return cookies_of(ask(live, "POST", path, {**FORWARDED, **headers}, values)[0])


def test_what_anybody_else_forges_is_not_read(alone: Live, alice: Person) -> None:
    page, _text = ask(alone, "GET", f"/t/{alice.tenant}/sign-in", FORGED)

    assert set(cookies_of(page)) == {"nibblix-visitor"}
    assert "Strict-Transport-Security" not in page.headers
    assert HOST not in page.headers["Content-Security-Policy"]


def test_pages_over_plain_http_from_outside_are_said_loudly(alone: Live) -> None:
    ask(alone, "GET", "/healthz", {"Host": "till.example"})

    assert "served_unencrypted" in alone.log("web")
