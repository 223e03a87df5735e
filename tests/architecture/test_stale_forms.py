"""A post whose token is missing, old or another session's does nothing, and loses nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from werkzeug.test import TestResponse

from app.core.access import PAIRED, is_for_programs
from app.core.ids import new_id
from tests.architecture.test_routes import UNSAFE, Call, calls
from tests.support import pages
from tests.support.restaurants import Restaurant
from tests.support.visitor import Visitor, signed_in

CARD = "4111 1111 1111 1111"
TYPED = {
    "note": "no <b>onions</b> & “salt”",
    "reason": ["Cold", "Late"],
    "password": "a secret that nobody reads",
    "pin": "9182",
    "number": CARD,
}


@pytest.fixture(scope="module")
def house(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    return new_restaurant()


@pytest.fixture(scope="module")
def owner(app: Flask, house: Restaurant) -> Visitor:
    return signed_in(app, house.people["alice"])


@dataclass(frozen=True)
class Token:
    """A token as somebody may send it; None sends none."""

    kind: str
    value: str | None

    def __str__(self) -> str:
        return self.kind


@pytest.fixture(scope="module")
def wrong_tokens(app: Flask, house: Restaurant) -> list[Token]:
    """None, one of the session before this one, one of somebody else's, one of nobody's."""
    earlier, stranger = signed_in(app, house.people["alice"]), Visitor(app)
    stranger.get(f"/t/{house.tenant.slug}/sign-in")
    return [
        Token("missing", None),
        Token("stale", earlier.token),
        Token("a visitor's", stranger.token),
        Token("made up", "IjAi.made.up"),
    ]


def post(visitor: Visitor, call: Call, path: str, token: Token, **headers: str) -> TestResponse:
    """Send what somebody typed, from a page of our own."""
    given = {"Origin": "http://localhost", "Idempotency-Key": "one-gesture", **headers}
    if token.value is not None:
        given["X-CSRFToken"] = token.value
    return visitor.client.open(path, method=call.method, headers=given, data=TYPED)


def unsafe(app: Flask, house: Restaurant) -> Iterator[tuple[Call, str]]:
    """What pages post to: programs are told in JSON, and devices are somebody else's."""
    for call in calls(app):
        is_page = not is_for_programs(app.view_functions[call.rule.endpoint])
        if call.method in UNSAFE and is_page and call.access != PAIRED:
            yield call, call.path(house, new_id())


def kept(shown: BeautifulSoup) -> dict[str, list[str]]:
    """The hidden fields of the form that is offered."""
    found: dict[str, list[str]] = {}
    for field in shown.select("form#send-again input[type=hidden]"):
        found.setdefault(str(field["name"]), []).append(str(field["value"]))
    return found


@pytest.mark.parametrize("as_fragment", [False, True], ids=["page", "fragment"])
def test_every_post_with_a_wrong_token_is_refused_and_offered_again(
    app: Flask, house: Restaurant, owner: Visitor, wrong_tokens: list[Token], as_fragment: bool
) -> None:
    wrong = []
    headers = {"HX-Request": "true"} if as_fragment else {}
    for call, path in unsafe(app, house):
        for token in wrong_tokens:
            answer = post(owner, call, path, token, **headers)
            if answer.status_code != 400:
                wrong.append(f"{call}, {token}: {answer.status}")
                continue
            if token is not wrong_tokens[0]:
                continue  # told in the same words
            shown = pages.check(app, answer)
            form, fields = shown.select_one("form#send-again"), kept(shown)
            assert form is not None, f"{call}, {token}: nothing to send again"
            assert form["action"] == path
            assert (shown.html is None) == as_fragment
            assert fields.pop("csrf_token") != [token.value]
            assert fields == {
                "note": [TYPED["note"]],
                "reason": TYPED["reason"],
                "idem": ["one-gesture"],
            }

    assert wrong == []


def test_secrets_do_not_come_back_but_are_asked_for(
    app: Flask, house: Restaurant, owner: Visitor, wrong_tokens: list[Token]
) -> None:
    for call, path in unsafe(app, house):
        answer = post(owner, call, path, wrong_tokens[0])
        shown = pages.check(app, answer)
        asked = {str(field["name"]) for field in shown.select("form#send-again [type=password]")}

        assert asked == {"password", "pin"}
        for secret in (TYPED["password"], TYPED["pin"], CARD):
            assert str(secret) not in answer.text


def test_what_is_sent_again_is_taken(house: Restaurant, app: Flask) -> None:
    visitor = signed_in(app, house.people["alice"])
    path = f"{house.url}/visits"
    values = {"table_id": house.new_table(), "guests": 3}
    refused = visitor.client.post(path, data=values, headers={"Origin": "http://localhost"})
    form = BeautifulSoup(refused.text, "html5lib").select_one("form#send-again")
    assert form is not None

    visitor.submit(form)

    assert "/orders/" in visitor.path


def test_another_pages_form_is_not_offered_with_a_token(
    app: Flask, house: Restaurant, owner: Visitor
) -> None:
    """A browser too old to say where a post comes from must not be led to confirm a forged one."""
    for call, path in unsafe(app, house):
        answer = owner.client.open(path, method=call.method, data=TYPED)

        assert answer.status_code == 400
        assert "send-again" not in answer.text
        assert "onions" not in answer.text


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_nothing_is_changed_from_another_site_or_subdomain(
    app: Flask, house: Restaurant, owner: Visitor, site: str
) -> None:
    """With the right token, too: what the browser says about the page that sent it comes first."""
    statuses = {
        str(call): owner.client.open(
            path,
            method=call.method,
            headers={"X-CSRFToken": owner.token, "Sec-Fetch-Site": site},
            data=TYPED,
        ).status_code
        for call, path in unsafe(app, house)
    }

    assert set(statuses.values()) == {403}, statuses


def test_a_program_is_told_in_json(owner: Visitor, house: Restaurant) -> None:
    answer = owner.client.post(f"{house.url}/api/orders", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert answer.get_json()["title"] == "stale_form"
