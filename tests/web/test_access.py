"""Every route asks who calls: each role, each restaurant, each location."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_wtf.csrf import CSRFError
from sqlalchemy import insert
from werkzeug.routing import AnyConverter, Rule
from werkzeug.test import TestResponse

from app.core.access import PAIRED, PUBLIC, SIGNED_IN, access_of, is_for_programs, requires
from app.core.db import db, execute, transaction
from app.core.errors import Forbidden, NotFound
from app.core.ids import new_id
from app.core.settings import load_settings
from app.factory import create_app
from app.identity.models import MemberLocation
from app.identity.permissions import MENU_EDIT, ORDER_CREATE, ROLES
from app.identity.session import PLAIN_COOKIE
from app.tenancy.commands import NewLocation, open_location
from app.tenancy.routing import STAFF_PREFIX
from tests.support.restaurants import Cast, Restaurant
from tests.support.servers import Addresses
from tests.support.signing_in import (
    DEVICE_COOKIE,
    open_browser,
    open_device,
    open_tablet,
    try_pin,
)

HARBOUR = NewLocation(
    slug="harbour",
    name="Harbour",
    time_zone="Europe/Rome",
    locale="en",
    currency="EUR",
    tax_inclusive=True,
)


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


@pytest.fixture(scope="module")
def probed(addresses: Addresses) -> Iterator[Flask]:
    """The application with three more routes: one that forgot to say who may call it."""
    made = create_app(load_settings(addresses.environment))
    for name, mark in (("orders", requires(ORDER_CREATE)), ("menu", requires(MENU_EDIT))):
        view = mark(lambda: "shown")
        made.add_url_rule(f"{STAFF_PREFIX}/probe/{name}", f"probe_{name}", view)
    made.add_url_rule(f"{STAFF_PREFIX}/probe/bare", "probe_bare", lambda: "shown")
    yield made
    with made.app_context():
        db.engine.dispose()
    made.extensions["redis"].close()


@pytest.fixture
def bob_at(probed: Flask, trattoria: Restaurant) -> FlaskClient:
    """Bob's browser at the application with the probes."""
    return open_browser(probed, trattoria, trattoria.people["bob"])


def test_a_route_that_says_nothing_serves_nobody(
    bob_at: FlaskClient, trattoria: Restaurant
) -> None:
    assert bob_at.get(f"{trattoria.url}/probe/bare").status_code == 500


def test_a_lacking_permission_is_refused_in_one_sentence(
    bob_at: FlaskClient, trattoria: Restaurant
) -> None:
    page = bob_at.get(f"{trattoria.url}/probe/menu")
    fragment = bob_at.get(f"{trattoria.url}/probe/menu", headers={"HX-Request": "true"})

    assert bob_at.get(f"{trattoria.url}/probe/orders").text == "shown"
    assert page.status_code == fragment.status_code == 403
    assert "You may not edit the menu." in page.text
    assert "<html" in page.text
    assert "You may not edit the menu." in fragment.text
    assert "<html" not in fragment.text


def test_a_fragment_sends_the_whole_page_to_sign_in_and_back(
    probed: Flask, trattoria: Restaurant
) -> None:
    page = f"{trattoria.url}/probe/orders"

    answer = probed.test_client().get(
        f"{trattoria.url}/probe/menu",
        headers={"HX-Request": "true", "HX-Current-URL": f"http://localhost{page}"},
    )

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == f"/t/trattoria/sign-in?next={page}"


def test_a_socket_of_a_visitor_is_refused(probed: Flask, trattoria: Restaurant) -> None:
    answer = probed.test_client().get(
        f"{trattoria.url}/probe/orders", headers={"Upgrade": "websocket"}
    )

    assert answer.status_code == 401


def test_a_member_of_one_location_finds_no_other(
    probed: Flask, new_restaurant: Callable[[], Restaurant]
) -> None:
    place = new_restaurant()
    bob, slug = place.people["bob"], place.tenant.slug
    with place.inside(), transaction():
        harbour = open_location(HARBOUR)
        execute(
            insert(MemberLocation).values(
                tenant_id=place.tenant.id,
                id=new_id(),
                member_id=bob.member_id,
                location_id=harbour,
            )
        )
    client = open_browser(probed, place, bob)

    assert client.get(f"/t/{slug}/harbour/probe/orders").status_code == 200
    assert client.get(f"/t/{slug}/old-town/probe/orders").status_code == 404
    assert client.get(f"/t/{slug}/").location == f"/t/{slug}/harbour/floor"


def test_who_works_at_several_locations_chooses(
    app: Flask, new_restaurant: Callable[[], Restaurant]
) -> None:
    place = new_restaurant()
    with place.inside():
        open_location(HARBOUR)

    page = open_browser(app, place, place.people["bob"]).get(f"/t/{place.tenant.slug}/")

    assert page.status_code == 200
    assert f'href="{place.url}/floor"' in page.text
    assert f'href="/t/{place.tenant.slug}/harbour/floor"' in page.text


def test_after_a_pin_switch_one_stays_only_where_one_may_be(
    probed: Flask, trattoria: Restaurant
) -> None:
    alice, bob = trattoria.people["alice"], trattoria.people["bob"]
    client = open_tablet(probed, trattoria, alice)

    kept = try_pin(client, bob, bob.pin, next_=f"{trattoria.url}/probe/orders").location
    lost = try_pin(client, bob, bob.pin, next_=f"{trattoria.url}/probe/menu").location

    assert kept == f"{trattoria.url}/probe/orders"
    assert lost == "/t/trattoria/"
