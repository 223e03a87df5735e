"""What the gate answers: a refusal in a sentence, the way to sign in, one's own location."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from app.core.access import requires
from app.core.db import db, execute, transaction
from app.core.ids import new_id
from app.core.settings import load_settings
from app.factory import create_app
from app.identity.models import MemberLocation
from app.identity.permissions import MENU_EDIT, ORDER_CREATE
from app.tenancy.commands import open_location
from app.tenancy.routing import STAFF_PREFIX
from tests.support.restaurants import HARBOUR, Restaurant
from tests.support.servers import Addresses
from tests.support.signing_in import open_browser, open_tablet, try_pin


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
