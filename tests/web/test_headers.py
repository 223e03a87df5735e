"""The standing security headers, on whatever is answered."""

from collections.abc import Callable

import pytest
from flask import Flask, render_template_string
from werkzeug.test import TestResponse

from tests.support.restaurants import Cast, Restaurant
from tests.support.visitor import Visitor

STANDING = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Content-Security-Policy": (
        "default-src 'none'; object-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self' ws://localhost:8001; "
        "form-action 'self'; media-src 'self'; manifest-src 'self'; worker-src 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
}


@pytest.fixture
def answers(
    app: Flask, cast: Cast, trattoria: Restaurant, client_of: Callable[..., Visitor]
) -> dict[str, TestResponse]:
    """One answer of each kind."""
    client = client_of(cast.alice).client
    with app.test_request_context():
        asset = render_template_string("{{ asset('css') }}")
    fragment = {"HX-Request": "true"}
    found = {
        "page": client.get(f"{trattoria.url}/dashboard"),
        "fragment": client.get(f"/t/{trattoria.tenant.slug}/account/menu", headers=fragment),
        "asset": client.get(asset),
        "static": client.get("/static/icon.svg"),
        "error": client.get("/nothing/here"),
        "refusal": client.post("/t/trattoria/pin", headers={"Origin": "https://evil.example"}),
        "redirect": client.get("/t/trattoria/"),
        "data": client.get("/readyz"),
    }
    found["static"].close()  # it is a file
    return found


def test_every_answer_carries_them(answers: dict[str, TestResponse]) -> None:
    for kind, answer in answers.items():
        found = {name: answer.headers.get(name) for name in STANDING}
        assert found == STANDING, kind
        assert "Strict-Transport-Security" not in answer.headers, kind

    statuses = {kind: answer.status_code for kind, answer in answers.items()}
    assert statuses == {
        **dict.fromkeys(("page", "fragment", "asset", "static"), 200),
        "error": 404,
        "refusal": 403,
        "redirect": 302,
        "data": statuses["data"],
    }


def test_what_is_somebodys_is_kept_by_no_cache(answers: dict[str, TestResponse]) -> None:
    kept = {kind for kind, it in answers.items() if it.headers["Cache-Control"] != "no-store"}

    assert kept == {"asset", "static"}


def test_over_tls_a_browser_is_told_to_stay_there(app: Flask) -> None:
    answer = app.test_client().get("/healthz", base_url="https://till.example")

    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "connect-src 'self' wss://till.example;" in answer.headers["Content-Security-Policy"]
