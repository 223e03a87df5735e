"""Every route asks who calls: each role, each restaurant, each location."""

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_wtf.csrf import CSRFError
from werkzeug.routing import AnyConverter, Rule
from werkzeug.test import TestResponse

from app.core.access import PAIRED, PUBLIC, SIGNED_IN, access_of, is_for_programs
from app.core.errors import Forbidden, NotFound
from app.core.ids import new_id
from app.identity.permissions import ROLES
from app.identity.session import PLAIN_COOKIE
from tests.support.restaurants import Cast, Restaurant
from tests.support.signing_in import DEVICE_COOKIE, open_browser, open_device


@dataclass(frozen=True)
class Call:
    """One route and method as somebody may try it."""

    rule: Rule
    method: str
    access: str
    is_for_programs: bool

    def path(self, tenant: str, location: str) -> str:
        """Its address there, with ids that nothing has."""
        given = {"tenant": tenant, "location": location}
        values = {name: given.get(name, self._anything(name)) for name in self.rule.arguments}
        built = self.rule.build(values, append_unknown=False)
        assert built is not None
        return built[1]

    def send(self, client: FlaskClient, tenant: str, location: str) -> TestResponse:
        """Try it as the browser would, an upgrade to a socket included."""
        path = self.path(tenant, location)
        return client.open(path, method=self.method, headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        """What a socket asks with."""
        is_socket = self.rule.websocket
        return {"Connection": "Upgrade", "Upgrade": "websocket"} if is_socket else {}

    @property
    def sent_away(self) -> int:
        """What a visitor gets: a page goes to sign in, a socket or a program cannot."""
        return 401 if self.rule.websocket or self.is_for_programs else 302

    def _anything(self, name: str) -> object:
        converter = self.rule._converters[name]
        kind = type(converter).__name__
        if isinstance(converter, AnyConverter):
            return min(converter.items)
        return {
            "UUIDConverter": new_id(),
            "IntegerConverter": 7,
            "DateConverter": "2026-11-20",
        }.get(kind, "something")


def calls(app: Flask) -> list[Call]:
    """Every staff route of the application with each of its methods."""
    return [
        Call(rule, method, access_of(view) or "undeclared", is_for_programs(view))
        for rule in app.url_map.iter_rules()
        if "tenant" in rule.arguments
        for view in [app.view_functions[rule.endpoint]]
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def passes(app: Flask, client: FlaskClient, call: Call) -> bool:
    """Whether the gate lets the browser through; the view itself does not run."""
    path, method = call.path("trattoria", "old-town"), call.method
    held = [(name, client.get_cookie(name)) for name in (PLAIN_COOKIE, DEVICE_COOKIE)]
    cookies = "; ".join(f"{name}={cookie.value}" for name, cookie in held if cookie)
    headers = {"Cookie": cookies, **call.headers}
    with app.test_request_context(path, method=method, headers=headers):
        try:
            answer = app.preprocess_request()
        except (CSRFError, NotFound):
            return True  # said behind the gate: no token, or no sockets in this process
        except Forbidden:
            return False
        assert answer is None, f"{method} {path}: {answer!r}"
        return True


def test_every_route_says_who_may_call_it(app: Flask) -> None:
    undeclared = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if access_of(app.view_functions[rule.endpoint]) is None
    ]

    assert undeclared == []


@pytest.mark.parametrize("name", ["alice", "bob", "carol", "dan"])
def test_each_role_reaches_what_its_permissions_name_and_nothing_else(
    app: Flask, trattoria: Restaurant, name: str
) -> None:
    person = trattoria.people[name]
    client = open_browser(app, trattoria, person)
    held = ROLES[person.role] | {PUBLIC, SIGNED_IN}

    wrong = [
        f"{call.method} {call.rule.rule}"
        for call in calls(app)
        if passes(app, client, call) != (call.access in held)
    ]

    assert wrong == []


@pytest.mark.parametrize("kind", ["kitchen", "pickup"])
def test_a_screen_reaches_its_board_and_nothing_else(
    app: Flask, trattoria: Restaurant, kind: str
) -> None:
    client = open_device(app, trattoria, kind, *(["Kitchen"] if kind == "kitchen" else []))
    boards = {"kitchen": {"kitchen"}, "pickup": {"pickup"}}[kind]
    common = {"identity.home", "devices.start", "devices.report", "stream.watch"}
    locked = {"identity.pin_page", "identity.enter_by_pin", "identity.lock"}  # ask for a tablet

    reached = {
        call.rule.endpoint
        for call in calls(app)
        if call.access != PUBLIC and passes(app, client, call)
    }

    assert {name for name in reached - common - locked if name.split(".")[0] not in boards} == set()
    assert common <= reached
    assert f"{kind}.{'station' if kind == 'kitchen' else 'board'}" in reached


def test_a_tablet_without_a_person_reaches_the_pin_and_nothing_else(
    app: Flask, trattoria: Restaurant
) -> None:
    client = open_device(app, trattoria, "tablet")

    for call in calls(app):
        if call.access in (PUBLIC, PAIRED):
            continue
        answer = call.send(client, "trattoria", "old-town")
        assert answer.status_code == call.sent_away, call
        if call.sent_away == 302:
            assert answer.location.startswith("/t/trattoria/pin"), call


def test_a_device_of_one_restaurant_is_nobody_at_another(
    app: Flask, diner: Restaurant, trattoria: Restaurant
) -> None:
    assert trattoria.tenant.id != diner.tenant.id
    for client in (open_device(app, diner, "tablet"), open_device(app, diner, "pickup")):
        for call in calls(app):
            if call.access != PUBLIC:
                answer = call.send(client, "trattoria", "old-town")
                assert answer.status_code == call.sent_away, call


@pytest.mark.usefixtures("trattoria")
def test_a_visitor_is_sent_to_sign_in_from_every_staff_route(app: Flask) -> None:
    client = app.test_client()

    for call in calls(app):
        if call.access != PUBLIC:
            assert call.send(client, "trattoria", "old-town").status_code == call.sent_away, call


def test_a_member_of_one_restaurant_is_a_visitor_at_another(
    app: Flask, cast: Cast, diner: Restaurant
) -> None:
    client = open_browser(app, diner, cast.charlie)

    for call in calls(app):
        if call.access != PUBLIC:
            assert call.send(client, "trattoria", "old-town").status_code == call.sent_away, call


def test_another_restaurants_location_is_nowhere(
    app: Flask, cast: Cast, trattoria: Restaurant, diner: Restaurant
) -> None:
    client = open_browser(app, trattoria, cast.alice)

    for call in calls(app):
        if "location" in call.rule.arguments:
            answers = [
                call.send(client, "trattoria", place)
                for place in (diner.location.slug, "no-such-place")
            ]
            assert [answer.status_code for answer in answers] == [404, 404], call
