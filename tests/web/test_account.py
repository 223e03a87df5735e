"""What a person changes of the account: password and address, and who is told of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from psycopg import Connection

from app.core.ids import new_id
from app.identity.actor import Actor
from app.identity.commands import NewMember, add_member
from app.identity.permissions import ALL
from tests.support.factors import (
    change_password,
    give_password,
    is_in,
    link_in,
    mails_to,
    newcomer,
    set_up_app,
    set_up_passkey,
)
from tests.support.restaurants import Person, Restaurant
from tests.support.signing_in import try_password
from tests.support.visitor import Visitor

NEW = "seven swans are swimming"


@pytest.fixture
def bob(diner: Restaurant) -> Person:
    return newcomer(diner)


@pytest.fixture
def visitor(bob: Person, client_of: Callable[[Person], Visitor]) -> Visitor:
    found = client_of(bob)
    found.get(f"/t/{bob.tenant}/account/security")
    return found


def test_a_new_password_replaces_the_old_and_ends_every_other_session(
    app: Flask, bob: Person, visitor: Visitor, client_of: Callable[[Person], Visitor]
) -> None:
    elsewhere = client_of(bob)

    assert "signed out everywhere else" in change_password(visitor, bob.password, NEW)

    assert is_in(visitor, bob)
    assert not is_in(elsewhere, bob)
    assert try_password(app.test_client(), bob.tenant, bob.email).status_code == 422
    assert try_password(app.test_client(), bob.tenant, bob.email, NEW).status_code == 303


def test_a_wrong_present_password_changes_nothing(
    app: Flask, bob: Person, visitor: Visitor
) -> None:
    assert "present password is wrong" in change_password(visitor, "not his", NEW, status=422)

    assert try_password(app.test_client(), bob.tenant, bob.email).status_code == 303


@pytest.mark.parametrize("weak", ["too short", "aaaaaaaaaaaaaaaaaaa", "Diner Demo Diner Demo"])
def test_a_weak_password_comes_back_with_the_reason(
    weak: str, bob: Person, visitor: Visitor
) -> None:
    said = change_password(visitor, bob.password, weak, status=422)

    assert any(word in said for word in ("characters at least", "easy to guess", "everybody here"))


def test_the_strength_is_told_while_one_types(visitor: Visitor, bob: Person) -> None:
    path = f"/t/{bob.tenant}/password/strength"

    weak = visitor.post(path, password="Diner Demo").get_text()
    good = visitor.post(path, password=NEW).get_text()
    none = visitor.post(path, password="")

    assert "15 characters at least, 10 so far." in weak
    assert "Very hard to guess." in good
    assert none.find("meter") is None


def test_a_visitor_learns_how_strong_a_password_is_too(app: Flask, bob: Person) -> None:
    visitor = Visitor(app)
    visitor.get(f"/t/{bob.tenant}/sign-in")

    shown = visitor.post(f"/t/{bob.tenant}/password/strength", password=bob.email, email=bob.email)

    assert "everybody here knows" in shown.get_text()


@pytest.mark.parametrize(("field", "longest"), [("email", 254), ("password", 256)])
def test_what_is_longer_than_any_of_its_kind_is_not_looked_at(
    app: Flask, bob: Person, field: str, longest: int
) -> None:
    """The work grows with it, and anybody may ask."""
    visitor = Visitor(app)
    visitor.get(f"/t/{bob.tenant}/sign-in")
    path = f"/t/{bob.tenant}/password/strength"
    sent: dict[str, Any] = {"password": NEW, "email": bob.email}

    visitor.post(path, **sent | {field: "x" * longest})
    visitor.post(path, **sent | {field: "x" * (longest + 1)}, status=422)


def test_what_is_typed_is_written_into_no_log(
    visitor: Visitor, bob: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    visitor.post(f"/t/{bob.tenant}/password/strength", password="canary-password-4711")
    change_password(visitor, "canary-password-4711", "canary-password-4712", status=422)

    assert "/password/strength" in caplog.text
    assert "canary" not in caplog.text


def test_who_works_by_pin_alone_has_no_account_to_change(
    app: Flask, diner: Restaurant, client_of: Callable[[Person], Visitor]
) -> None:
    from tests.support.signing_in import open_browser  # noqa: PLC0415

    with diner.inside():
        pia = add_member(Actor(new_id(), ALL), NewMember(name="Pia", role="server", pin="2468"))
    person = replace(diner.people["charlie"], member_id=pia)
    visitor = Visitor(app)
    visitor.client = open_browser(app, diner, person)

    page = visitor.get(f"/t/{diner.tenant.slug}/account/security")

    assert "You work here by PIN." in page.get_text()
    visitor.post(f"/t/{diner.tenant.slug}/account/recovery-codes", status=403)
    assert client_of is not None


def test_another_address_is_used_once_its_link_is_followed(
    app: Flask, bob: Person, visitor: Visitor, drain: Callable[[], None]
) -> None:
    moved = f"moved-{new_id().hex[-8:]}@demo.example"
    visitor.submit(visitor.form("/account/email"), {"email": moved})
    drain()
    before = try_password(app.test_client(), bob.tenant, moved).status_code
    reader = Visitor(app)
    reader.get(link_in(mails_to(app, moved)[0]))
    reader.submit(reader.form("/email/confirm"))
    drain()

    assert before == 422
    assert try_password(app.test_client(), bob.tenant, moved).status_code == 303
    assert try_password(app.test_client(), bob.tenant, bob.email).status_code == 422
    assert "moved to another address" in mails_to(app, bob.email)[-1]
    reader.get(link_in(mails_to(app, moved)[0]), status=410)


def test_an_address_with_an_account_is_taken_over_by_nobody(
    app: Flask, bob: Person, visitor: Visitor, diner: Restaurant, drain: Callable[[], None]
) -> None:
    eve = newcomer(diner)
    visitor.submit(visitor.form("/account/email"), {"email": eve.email})
    drain()
    reader = Visitor(app)
    reader.get(link_in(mails_to(app, eve.email)[0]))

    reader.submit(reader.form("/email/confirm"), status=409)

    assert try_password(app.test_client(), bob.tenant, bob.email).status_code == 303


def test_a_person_is_told_of_every_change(
    app: Flask, bob: Person, visitor: Visitor, drain: Callable[[], None]
) -> None:
    set_up_app(visitor, bob)
    visitor.get(f"/t/{bob.tenant}/account/security")
    change_password(visitor, bob.password, NEW)
    drain()

    told = "\n".join(mails_to(app, bob.email))

    assert "An authenticator app was added" in told
    assert "new recovery codes" in told
    assert "Your password was changed." in told


def test_changes_of_an_account_are_in_the_audit_trail(
    bob: Person, visitor: Visitor, owner_connection: Connection
) -> None:
    set_up_app(visitor, bob)
    set_up_passkey(visitor, bob)

    acts = owner_connection.execute(
        "SELECT act FROM audit_entry WHERE actor_id = %s AND act LIKE 'account.%%'",
        [bob.member_id],
    ).fetchall()

    assert {act for (act,) in acts} == {
        "account.app_added",
        "account.codes",
        "account.passkey_added",
    }


def test_one_account_at_two_restaurants_has_sessions_of_its_own_at_each(
    app: Flask, bob: Person, trattoria: Restaurant, client_of: Callable[[Person], Visitor]
) -> None:
    with trattoria.inside():
        there = add_member(
            Actor(new_id(), ALL), NewMember(name="Bob", role="server", email=bob.email)
        )
    also = replace(bob, tenant=trattoria.tenant.slug, member_id=there)
    here, over_there = client_of(bob), client_of(also)

    listed = here.get(f"/t/{bob.tenant}/account/sessions")
    assert len(listed.select(".account-list li")) == 1
    here.get(f"/t/{bob.tenant}/account/security")
    set_up_app(here, bob)  # the account's, so that it is asked for at both
    assert give_password(app, also).path.endswith("/sign-in/second")
    assert is_in(over_there, also)
    here.get(f"/t/{bob.tenant}/account/security")
    change_password(here, bob.password, NEW)  # and so is the password
    assert not is_in(over_there, also)
    assert isinstance(there, UUID)
