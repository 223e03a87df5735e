"""A program with an access token does what its scopes and its member may do, and no more."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from app.core import clock
from app.core.access import is_for_programs
from app.core.db import execute, transaction
from app.core.ids import new_id
from app.core.tenant import current_tenant_id
from app.identity.logins import revoke_logins
from app.identity.models import Member, MemberLocation, Role
from app.identity.permissions import API_MANAGE, KITCHEN_VIEW, MENU_86, ORDER_CREATE, ROLES
from app.identity.session import PLAIN_COOKIE
from app.identity.staff import people
from app.identity.tokens import commands
from app.identity.tokens.domain import ACCESS_LASTS
from app.ordering.models import Order
from app.tenancy.commands import NewLocation, open_location
from tests.support.programs import (
    Program,
    a_key,
    a_pair,
    access_token_of,
    entries,
    is_refused,
    unpacked,
)
from tests.support.restaurants import TRATTORIA, Person, Restaurant
from tests.support.signing_in import open_browser, token_of

Recorder = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def alice(bistro: Restaurant) -> Person:
    return bistro.people["alice"]


@pytest.fixture
def token(bistro: Restaurant, alice: Person) -> str:
    return a_pair(bistro, alice).access_token


@pytest.fixture
def in_bistro(bistro: Restaurant) -> Iterator[Restaurant]:
    with bistro.inside():
        yield bistro


def test_a_program_places_an_order_without_cookie_or_form_token(
    program: Program, token: str
) -> None:
    answer = program.order(token)

    assert answer.status_code == 201
    assert answer.get_json()["order_id"]
    assert "Set-Cookie" not in answer.headers


def test_a_token_costs_one_statement_for_identity(
    program: Program, token: str, query_recorder: Recorder
) -> None:
    program.order(token)

    with query_recorder() as queries:
        program.order(token)

    asked = [query for query in queries if "api_grant" in query or "login_session" in query]
    assert len(asked) == 1
    assert asked[0].startswith("SELECT")


def test_who_shows_no_token_is_told_how_to_ask(program: Program) -> None:
    answer = program.order(None)

    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Nibblix"'


def test_a_refused_token_is_told_apart_from_none(program: Program) -> None:
    answer = program.order("not.a.token")

    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["title"] == "invalid_token"
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_cookie_says_nothing_beside_a_token(
    app: Flask, program: Program, bistro: Restaurant, alice: Person
) -> None:
    """Neither does it help a bad token, nor does it add to a narrow one."""
    cookie = {"Cookie": f"{PLAIN_COOKIE}={token_of(open_browser(app, bistro, alice))}"}
    narrow = a_pair(bistro, alice, [MENU_86]).access_token

    assert program.order("not.a.token", **cookie).status_code == 401
    assert program.order(narrow, **cookie).status_code == 403


def test_a_cookie_alone_still_needs_the_pages_token(
    app: Flask, program: Program, bistro: Restaurant, alice: Person
) -> None:
    cookie = f"{PLAIN_COOKIE}={token_of(open_browser(app, bistro, alice))}"

    for authorization in ({}, {"Authorization": "Basic YTpi"}):
        assert program.order(None, Cookie=cookie, **authorization).status_code == 400


def test_a_token_opens_no_page(app: Flask, bistro: Restaurant, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}

    for path in (f"{bistro.url}/floor", f"/t/{bistro.tenant.slug}/settings/api"):
        answer = app.test_client().get(path, headers=headers)
        assert answer.status_code == 302
        assert "/sign-in" in answer.headers["Location"]


def test_only_json_endpoints_are_for_programs(app: Flask) -> None:
    strays = [
        endpoint
        for endpoint, view in app.view_functions.items()
        if is_for_programs(view) != view.__module__.endswith((".api", ".tokens.endpoint"))
    ]

    assert strays == []


def test_a_scope_that_the_token_lacks_is_refused(
    program: Program, bistro: Restaurant, alice: Person
) -> None:
    answer = program.order(a_pair(bistro, alice, [KITCHEN_VIEW, MENU_86]).access_token)

    assert answer.status_code == 403
    assert answer.get_json()["title"] == "permission"


def test_a_scope_is_worth_no_more_than_the_members_role(
    program: Program, in_bistro: Restaurant, alice: Person
) -> None:
    token = a_pair(in_bistro, alice, [ORDER_CREATE, MENU_86]).access_token
    with transaction():
        execute(
            update(Role)
            .where(Role.tenant_id == current_tenant_id(), Role.name == "owner")
            .values(permissions=sorted(ROLES["owner"] - {ORDER_CREATE}))
        )

    assert program.order(token).status_code == 403


def test_a_token_works_where_its_member_works(
    app: Flask, in_bistro: Restaurant, alice: Person
) -> None:
    harbour = NewLocation(
        slug="harbour",
        name="Harbour",
        time_zone="Europe/Rome",
        locale="en",
        currency="EUR",
        tax_inclusive=True,
    )
    token = a_pair(in_bistro, alice).access_token
    with transaction():
        row = {"tenant_id": current_tenant_id(), "id": new_id(), "member_id": alice.member_id}
        execute(insert(MemberLocation).values(**row, location_id=open_location(harbour)))

    answer = Program(app, in_bistro).order(token)

    assert answer.status_code == 404
    assert answer.get_json()["title"] == "no_location"


def test_another_restaurants_token_is_none(
    program: Program, diner: Restaurant, token: str, app: Flask
) -> None:
    theirs = a_pair(diner, diner.people["charlie"]).access_token

    assert program.order(theirs).status_code == 401
    assert Program(app, diner).order(token).status_code == 401
    assert Program(app, diner).order(theirs).status_code == 201


def test_a_token_lasts_a_quarter_of_an_hour(program: Program, token: str) -> None:
    said = unpacked(token.split(".")[1])
    end = clock.now() + ACCESS_LASTS

    assert said["exp"] - said["iat"] == 900
    with clock.use(end - timedelta(seconds=10)):
        assert program.order(token).status_code == 201
    with clock.use(end + timedelta(seconds=1)):
        assert program.order(token).status_code == 401


def test_a_token_says_what_the_standard_asks(
    bistro: Restaurant, alice: Person, token: str, app: Flask
) -> None:
    header, said = (unpacked(part) for part in token.split(".")[:2])

    url = app.extensions["settings"].public_url
    assert (header["alg"], header["typ"]) == ("EdDSA", "at+jwt")
    assert said["iss"] == f"{url}/t/{bistro.tenant.slug}"
    assert said["aud"] == f"{said['iss']}/api"
    assert said["sub"] == str(alice.member_id)
    assert said["tenant"] == str(bistro.tenant.id)
    assert said["scope"] == ORDER_CREATE
    assert said["jti"] != unpacked(a_pair(bistro, alice).access_token.split(".")[1])["jti"]


def end_by_revoking(bistro: Restaurant, alice: Person) -> str:
    issued = a_pair(bistro, alice)
    commands.revoke(alice.actor, issued.grant_id)
    return issued.access_token


def end_everywhere(bistro: Restaurant, alice: Person) -> str:
    issued = a_pair(bistro, alice)
    revoke_logins(alice.actor, alice.member_id)
    return issued.access_token


def end_by_deactivating(bistro: Restaurant, alice: Person) -> str:
    issued = a_pair(bistro, alice)
    with transaction():
        execute(
            update(Member)
            .where(Member.tenant_id == current_tenant_id(), Member.id == alice.member_id)
            .values(active=False)
        )
    return issued.access_token


@pytest.mark.parametrize("end", [end_by_revoking, end_everywhere, end_by_deactivating])
def test_what_is_ended_opens_nothing_from_the_next_request_on(
    program: Program,
    in_bistro: Restaurant,
    alice: Person,
    end: Callable[[Restaurant, Person], str],
) -> None:
    token = end(in_bistro, alice)

    assert program.order(token).status_code == 401


def test_signing_out_everywhere_ends_a_machines_token_and_leaves_its_key(
    program: Program, in_bistro: Restaurant, alice: Person
) -> None:
    key = a_key(in_bistro, alice)
    token = access_token_of(program.prove(key))

    revoke_logins(alice.actor, alice.member_id)

    assert program.order(token).status_code == 401
    assert program.order(access_token_of(program.prove(key))).status_code == 201


def test_a_key_stays_ended_when_its_maker_comes_back(
    app: Flask, new_restaurant: Callable[..., Restaurant]
) -> None:
    house = new_restaurant(replace(TRATTORIA, staff={"ann": "owner", "ben": "owner"}))
    ann, ben = (house.people[name].actor for name in ("ann", "ben"))
    key, machine = a_key(house, house.people["ben"]), Program(app, house)
    token = access_token_of(machine.prove(key))

    with house.inside():
        people.deactivate(ann, ben.member_id)
        people.reactivate(ann, ben.member_id)

    assert machine.order(token).status_code == 401
    assert is_refused(machine.prove(key), "invalid_client", 401)
    assert (key.client_id, ann.member_id, {"revoked": True}) in entries(house, API_MANAGE)


def test_the_same_order_sent_twice_is_one(program: Program, bistro: Restaurant, token: str) -> None:
    line = {"line_id": str(new_id()), "variant_id": str(bistro.variants["Espresso"])}
    body = {"order_id": str(new_id()), "service_type": "takeaway", "lines": [line]}
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(new_id())}
    address = f"{bistro.url}/api/orders"

    first, second = (
        program.app.test_client().post(address, json=body, headers=headers) for _ in range(2)
    )

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_json() == second.get_json()


@pytest.mark.usefixtures("in_bistro")
def test_the_members_name_stands_on_what_the_program_does(
    program: Program, alice: Person, token: str
) -> None:
    order_id = program.order(token).get_json()["order_id"]

    whose = select(Order.opened_by).where(
        Order.tenant_id == current_tenant_id(), Order.id == order_id
    )
    assert execute(whose).scalar_one() == alice.member_id
