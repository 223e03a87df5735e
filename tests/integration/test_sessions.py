"""Login sessions: what they cost, how long they last, what ends them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, Response, session
from flask.testing import FlaskClient
from sqlalchemy import update

from app.core import clock
from app.core.db import execute, transaction
from app.core.errors import Forbidden, Invalid
from app.core.ids import new_id
from app.core.model import Json
from app.identity.account.policy import ask_for_factor
from app.identity.actor import Actor
from app.identity.commands import NewMember, add_member, make_role, set_pin
from app.identity.current import current_actor, find_actor, once
from app.identity.logins import LACKS_FACTOR, open_login, revoke_logins
from app.identity.models import Member
from app.identity.permissions import MENU_86, STAFF_MANAGE, TENANT_MANAGE
from app.identity.queries import ended, find_login
from app.identity.session import PLAIN_COOKIE
from tests.support.restaurants import Cast, Person, Restaurant
from tests.support.signing_in import open_browser, open_device, open_tablet, token_of

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
Recorder = Callable[[], AbstractContextManager[list[str]]]


def is_signed_in(client: FlaskClient, tenant: str = "trattoria") -> bool:
    """Whether the browser gets a page that asks for a member."""
    return client.get(f"/t/{tenant}/account/menu").status_code == 200


def test_a_request_costs_one_query_for_identity(
    app: Flask, cast: Cast, trattoria: Restaurant, query_recorder: Recorder
) -> None:
    client = open_browser(app, trattoria, cast.bob)
    client.get("/t/trattoria/account/menu")

    with query_recorder() as queries:
        client.get("/t/trattoria/")

    assert len([query for query in queries if "login_session" in query]) == 1
    assert not [query for query in queries if query.startswith("UPDATE")]
    assert len(queries) <= 3  # the tenant now and then, the session, the locations


@pytest.mark.parametrize("kind", ["tablet", "kitchen"])
def test_a_devices_request_costs_one_query_for_person_and_device_together(
    app: Flask, cast: Cast, trattoria: Restaurant, query_recorder: Recorder, kind: str
) -> None:
    is_tablet = kind == "tablet"
    client = (
        open_tablet(app, trattoria, cast.bob)
        if is_tablet
        else open_device(app, trattoria, "kitchen", "Kitchen")
    )
    page = f"{trattoria.url}/floor" if is_tablet else f"{trattoria.url}/kitchen/kitchen"
    client.get(page)

    with query_recorder() as queries:
        assert client.get(page).status_code == 200

    assert len([query for query in queries if " device d" in query]) == 1
    assert len([query for query in queries if "login_session" in query]) == int(is_tablet)
    assert not [query for query in queries if query.startswith(("UPDATE", "INSERT"))]


def test_a_stylesheet_asks_nothing(
    app: Flask, cast: Cast, trattoria: Restaurant, query_recorder: Recorder
) -> None:
    client = open_browser(app, trattoria, cast.bob)
    client.get("/t/trattoria/brand.css")

    with query_recorder() as queries:
        assert client.get("/t/trattoria/brand.css").status_code == 200
        assert client.get("/healthz").status_code == 200

    assert [query for query in queries if "login_session" in query] == []


def test_being_seen_is_noted_once_a_minute(
    app: Flask, cast: Cast, trattoria: Restaurant, query_recorder: Recorder
) -> None:
    def updates(at: datetime) -> int:
        with clock.use(at), query_recorder() as queries:
            client.get("/t/trattoria/")
            client.get("/t/trattoria/")
        return len([query for query in queries if query.startswith("UPDATE login_session")])

    with clock.use(NOON):
        client = open_browser(app, trattoria, cast.bob)
        client.get("/t/trattoria/account/menu")  # its form's token is made and kept

    assert updates(NOON + timedelta(seconds=59)) == 0
    assert updates(NOON + timedelta(seconds=61)) == 1


def test_a_request_that_ends_late_leaves_what_was_put_into_the_session_meanwhile(
    app: Flask, new_restaurant: Callable[[], Restaurant]
) -> None:
    """Else a touch would take the mark away by which somebody must set up a second factor."""
    place = new_restaurant()
    alice, home = place.people["alice"], f"/t/{place.tenant.slug}/"
    with clock.use(NOON):
        token = token_of(open_browser(app, place, alice))
    headers = {"Cookie": f"{PLAIN_COOKIE}={token}"}

    with clock.use(NOON + timedelta(minutes=5)):
        with app.test_request_context(home, headers=headers):
            assert current_actor().member_id == alice.member_id
            session["seen"] = "late"
            del session["_fresh"]
            with place.inside():
                ask_for_factor(alice.actor, needed=True)
            app.session_interface.save_session(app, session, Response())
        with place.inside():
            login = find_login(token or "")

    assert login is not None
    assert login.last_seen_at == NOON + timedelta(minutes=5)
    assert (login.data[LACKS_FACTOR], login.data["seen"]) == (True, "late")
    assert "_fresh" not in login.data


def test_a_session_ends_after_twelve_hours_however_busy(
    app: Flask, cast: Cast, trattoria: Restaurant
) -> None:
    with clock.use(NOON):
        client = open_browser(app, trattoria, cast.bob)

    for minutes in range(25, 12 * 60, 25):
        with clock.use(NOON + timedelta(minutes=minutes)):
            assert is_signed_in(client)
    with clock.use(NOON + timedelta(hours=12)):
        assert not is_signed_in(client)


def test_a_flushed_redis_signs_nobody_out(app: Flask, cast: Cast, trattoria: Restaurant) -> None:
    client = open_browser(app, trattoria, cast.bob)

    app.extensions["redis"].flushdb()

    assert is_signed_in(client)


def test_revoking_a_member_ends_it_at_the_tablet_too_and_nobody_elses(
    app: Flask, new_restaurant: Callable[[], Restaurant]
) -> None:
    place = new_restaurant()
    alice, bob, slug = place.people["alice"], place.people["bob"], place.tenant.slug
    tablet, own = open_tablet(app, place, bob), open_browser(app, place, bob)
    owners = open_browser(app, place, alice)

    with place.inside():
        revoke_logins(alice.actor, bob.member_id)

    assert not is_signed_in(tablet, slug)
    assert not is_signed_in(own, slug)
    assert is_signed_in(owners, slug)


def test_a_member_who_has_left_is_out_at_once(
    app: Flask, new_restaurant: Callable[[], Restaurant]
) -> None:
    place = new_restaurant()
    bob, slug = place.people["bob"], place.tenant.slug
    client = open_browser(app, place, bob)

    with place.inside(), transaction():
        execute(
            update(Member)
            .where(Member.tenant_id == place.tenant.id, Member.id == bob.member_id)
            .values(active=False)
        )

    assert not is_signed_in(client, slug)


@pytest.mark.usefixtures("in_tenant")
def test_a_socket_learns_that_its_session_has_ended(cast: Cast) -> None:
    login = find_login(open_login(cast.bob.member_id))
    assert login is not None
    before = ended([login.id])

    revoke_logins(cast.alice.actor, cast.bob.member_id)

    assert (before, ended([login.id])) == (set(), {login.id})


@pytest.mark.usefixtures("trattoria")
def test_a_token_that_nobody_made_is_no_session(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie(PLAIN_COOKIE, "made-up" * 6)

    assert not is_signed_in(client)


@pytest.fixture
def gesture(app: Flask, cast: Cast, trattoria: Restaurant) -> Callable[..., Json]:
    """`gesture(key, person, **form)` sends a form of Bob's and gives what `once` answers."""
    tokens = {}
    for person in (cast.bob, cast.dan):
        tokens[person.name] = token_of(open_browser(app, trattoria, person))

    def send(key: str, person: Person = cast.bob, path: str = "lock", **form: str) -> Json:
        headers = {"Idempotency-Key": key, "Cookie": f"{PLAIN_COOKIE}={tokens[person.name]}"}
        with app.test_request_context(
            f"/t/trattoria/{path}", method="POST", headers=headers, data=form
        ):
            assert current_actor().member_id == person.member_id
            return once(lambda: {"made": str(new_id())})

    return send


def test_a_gesture_sent_twice_does_one_thing(gesture: Callable[..., Json]) -> None:
    key = str(new_id())

    first = gesture(key, quantity="1", csrf_token="a")
    second = gesture(key, quantity="1", csrf_token="b")

    assert first == second
    assert gesture(str(new_id()), quantity="1") != first
    assert gesture("", quantity="1") != gesture("", quantity="1")


def test_a_key_stands_for_one_form_one_address_and_one_person(
    cast: Cast, gesture: Callable[..., Json]
) -> None:
    key = str(new_id())
    gesture(key, quantity="1")

    with pytest.raises(Invalid, match="other content"):
        gesture(key, quantity="2")
    with pytest.raises(Invalid, match="other content"):
        gesture(key, path="sign-out", quantity="1")
    with pytest.raises(Invalid, match="other content"):
        gesture(key, cast.dan, quantity="1")
    with pytest.raises(Invalid, match="at most 200"):
        gesture("k" * 201)


@pytest.mark.usefixtures("trattoria")
def test_a_visitor_acts_as_nobody(app: Flask) -> None:
    with app.test_request_context("/t/trattoria/sign-in"):
        assert find_actor() is None
        with pytest.raises(RuntimeError, match="asked who acts"):
            current_actor()


def test_nobody_grants_what_he_lacks(new_restaurant: Callable[[], Restaurant]) -> None:
    place = new_restaurant()
    alice, bob = place.people["alice"], place.people["bob"]

    with place.inside():
        make_role(alice.actor, "host", [MENU_86, STAFF_MANAGE])
        deputy = add_member(alice.actor, NewMember(name="Hal", role="host", pin="2468"))
        hal = Actor(deputy, frozenset({MENU_86, STAFF_MANAGE}))
        with pytest.raises(Forbidden, match="cannot grant"):
            add_member(hal, NewMember(name="Eve", role="owner", pin="1357"))
        with pytest.raises(Forbidden, match="cannot grant"):
            set_pin(hal, alice.member_id, "7302")
        with pytest.raises(Forbidden, match="may not manage roles"):
            make_role(hal, "more", [TENANT_MANAGE])
        with pytest.raises(Forbidden, match="may not manage the staff"):
            add_member(bob.actor, NewMember(name="Eve", role="server", pin="1357"))
