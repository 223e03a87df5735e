"""A PIN lets people work at a shared tablet, and never at what their account is proven by."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import Connection

from app.core.access import PUBLIC, needs_own_browser
from app.core.ids import new_id
from app.identity.actor import Actor
from app.identity.commands import NewMember, add_member, set_pin
from app.identity.permissions import ALL
from tests.architecture.test_routes import UNSAFE, Call, calls
from tests.support.factors import newcomer
from tests.support.restaurants import Person, Restaurant
from tests.support.signing_in import open_tablet, token_in, try_password
from tests.support.visitor import Visitor

ELSEWHERE = "in a browser of your own, not at a shared tablet"
# They change no account: who works here proves a PIN, and ends sessions at this restaurant.
OF_THIS_RESTAURANT = {
    "account.prove",
    "account.passkey_to_prove",
    "account.end_session",
    "account.end_other_sessions",
}


@pytest.fixture
def xena(diner: Restaurant) -> Person:
    """The owner of one restaurant."""
    return newcomer(diner, "owner")


@pytest.fixture
def tablet(app: Flask, xena: Person, trattoria: Restaurant) -> Visitor:
    """A tablet of another restaurant where she serves, and its owner has set her PIN."""
    owner = trattoria.people["alice"].actor
    with trattoria.inside():
        there = add_member(
            Actor(new_id(), ALL), NewMember(name="Xena", role="server", email=xena.email)
        )
        set_pin(owner, there, "7302")
    person = replace(xena, tenant=trattoria.tenant.slug, member_id=there, pin="7302")
    visitor = Visitor(app)
    visitor.client = open_tablet(app, trattoria, person)
    return visitor


def of_the_account(app: Flask) -> Iterator[Call]:
    """What changes an account, of those who are signed in to it."""
    for call in calls(app):
        is_theirs = call.rule.rule.startswith("/t/<tenant>/account/") and call.access != PUBLIC
        if is_theirs and call.rule.endpoint.startswith("account.") and call.method in UNSAFE:
            yield call


def test_every_address_that_changes_an_account_is_closed_at_tablets(app: Flask) -> None:
    found = {call.rule.endpoint for call in of_the_account(app)}
    closed = {name for name in found if needs_own_browser(app.view_functions[name])}

    assert found - closed == OF_THIS_RESTAURANT
    assert needs_own_browser(app.view_functions["account.new_app"])  # it shows a secret


def test_a_pin_changes_nothing_of_the_account(
    app: Flask,
    xena: Person,
    tablet: Visitor,
    trattoria: Restaurant,
    owner_connection: Connection,
) -> None:
    tablet.get(f"/t/{trattoria.tenant.slug}/account/menu")
    guarded = [
        call for call in calls(app) if needs_own_browser(app.view_functions[call.rule.endpoint])
    ]

    for call in guarded:
        answer = tablet.client.open(
            call.path(trattoria, new_id()),
            method=call.method,
            headers={"X-CSRFToken": tablet.token},
            data={"proof_pin": "7302", "email": "evil@demo.example"},
        )
        assert (answer.status_code, ELSEWHERE in answer.get_data(as_text=True)) == (403, True)

    held = owner_connection.execute(
        "SELECT count(*) FROM factor f JOIN member m USING (account_id) WHERE m.id = %s",
        [xena.member_id],
    ).fetchone()
    assert held == (0,)
    assert try_password(app.test_client(), xena.tenant, xena.email).status_code == 303


def test_the_page_at_a_tablet_says_where_instead(tablet: Visitor, trattoria: Restaurant) -> None:
    page = tablet.get(f"/t/{trattoria.tenant.slug}/account/security")

    main = page.select_one("main")
    assert main is not None
    assert ELSEWHERE in main.get_text()
    assert main.select("form") == []


def test_who_signs_in_by_password_at_a_tablet_works_there_too(
    app: Flask, diner: Restaurant, xena: Person
) -> None:
    """Others stand at it as well, and its session goes from hand to hand."""
    client: FlaskClient = open_tablet(app, diner)
    try_password(client, xena.tenant, xena.email)
    token = token_in(client.get(f"/t/{xena.tenant}/account/menu"))

    answer = client.post(f"/t/{xena.tenant}/account/recovery-codes", data={"csrf_token": token})

    assert answer.status_code == 403
    assert ELSEWHERE in answer.get_data(as_text=True)
