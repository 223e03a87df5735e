"""The forms behind mailed links, sent from a page that was open for too long."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from psycopg import Connection

from app.core.ids import new_id
from app.identity import links
from app.identity.staff import invitations
from app.identity.staff.people import Work
from tests.support.factors import link_in, mails_to, newcomer
from tests.support.restaurants import Restaurant
from tests.support.staff import link_mailed, role_id
from tests.support.visitor import Visitor

NEW = "seven swans are swimming"
VALUES = {
    "reset/password": {"password": NEW},
    "email/confirm": {},
    "invite": {"password": NEW, "pin": "8642"},
    "setup/confirm": {"restaurant": "Chez Ida", "name": "Ida", "password": NEW},
}


@pytest.fixture
def link(
    request: pytest.FixtureRequest,
    app: Flask,
    house: Restaurant,
    owner_connection: Connection,
    drain: Callable[[], None],
) -> str:
    """The path of a mailed link to a form."""
    email, start = f"{new_id().hex}@guests.example", f"/t/{house.tenant.slug}"
    if request.param == "setup/confirm":
        visitor = Visitor(app)
        visitor.get("/sign-up")
        visitor.submit(visitor.form("/sign-up"), {"email": email})
        drain()
        return link_in(mails_to(app, email)[0])
    if request.param == "invite":
        with house.inside():
            work = Work(name="Ida", role_id=role_id("server"))
            invitations.invite(house.people["alice"].actor, house.tenant, work, email)
            return link_mailed(house, owner_connection)
    bob = newcomer(house)
    kind: links.Kind = "reset" if request.param == "reset/password" else "email"
    to = bob.email if kind == "reset" else email
    with house.inside():
        token = links.make_link(kind, to, lasts=timedelta(hours=1), member_id=bob.member_id)
    path = "/account/email/confirm" if kind == "email" else "/reset/password"
    return f"{start}{path}?token={token}"


@pytest.mark.parametrize("link", VALUES, indirect=True)
def test_a_form_that_comes_too_late_is_sent_again_with_its_link(
    app: Flask, link: str, request: pytest.FixtureRequest
) -> None:
    form = request.node.callspec.params["link"]
    visitor = Visitor(app)
    visitor.get(link)
    fresh = visitor.form(f"/{form}")
    assert isinstance(fresh["action"], str)
    late = visitor.client.post(
        fresh["action"], data=VALUES[form], headers={"Origin": "http://localhost"}
    )

    assert late.status_code == 400
    again = BeautifulSoup(late.text, "html5lib").select_one("form#send-again")
    assert again is not None
    asked = {str(field["name"]) for field in again.select("[type=password]")}
    assert asked == {name for name in VALUES[form] if name in {"password", "pin"}}
    visitor.submit(again, {name: VALUES[form][name] for name in asked})
    Visitor(app).get(link, status=410)
