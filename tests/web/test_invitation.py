"""Coming in by a mailed invitation: new to the product, known elsewhere, or too late."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from psycopg import Connection

from app.core import clock
from app.identity.passwords import is_right, peppered
from app.identity.staff import people
from app.identity.staff.queries import get_person
from tests.support.factors import newcomer, set_up_app
from tests.support.invitations import NEW_PASSWORD, PIN, accept, address_of, follow, invited
from tests.support.restaurants import PASSWORD, Person, Restaurant
from tests.support.signing_in import try_password
from tests.support.staff import EVERY_ROLE, token_in
from tests.support.trade import owner_of
from tests.support.visitor import Visitor, signed_in


@pytest.fixture
def house(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    """A restaurant that nobody has been invited to yet."""
    return new_restaurant(EVERY_ROLE)


@pytest.fixture
def invite(house: Restaurant, owner_connection: Connection) -> Callable[[str], tuple[UUID, str]]:
    """`invite("ida@x.example")` is the new member's id and the path of the mailed link."""
    return partial(invited, house, owner_connection)


def test_who_is_new_chooses_password_and_pin_and_is_in(
    app: Flask, house: Restaurant, invite: Callable[[str], tuple[UUID, str]]
) -> None:
    email = address_of("ida", house)
    member_id, link = invite(email)
    visitor = follow(app, link)

    accept(visitor, NEW_PASSWORD)

    assert visitor.path == f"{house.url}/floor"
    with house.inside():
        shown = get_person(member_id)
    assert (shown.state, shown.email, shown.invited_email) == ("active", email, None)
    assert try_password(app.test_client(), house.tenant.slug, email, NEW_PASSWORD).location
    follow_up = app.test_client()
    answer = follow_up.get(link)
    assert answer.status_code == 410
    assert "has been used or has run out" in answer.get_data(as_text=True)


def test_the_password_is_judged_while_it_is_typed(
    app: Flask, house: Restaurant, invite: Callable[[str], tuple[UUID, str]]
) -> None:
    email = address_of("ida", house)
    _, link = invite(email)
    visitor = Visitor(app)
    page = visitor.get(link)

    field = page.select_one("input[name=password]")
    assert field is not None
    beside = page.select_one("form input[name=email]")
    assert beside is not None
    said = visitor.post(str(field["hx-post"]), password=email, email=str(beside["value"]))

    assert "everybody here knows" in said.get_text()


def test_the_pin_chosen_is_the_one_that_counts(
    app: Flask,
    house: Restaurant,
    invite: Callable[[str], tuple[UUID, str]],
    owner_connection: Connection,
) -> None:
    member_id, link = invite(address_of("ida", house))
    accept(follow(app, link), NEW_PASSWORD)

    (kept,) = owner_connection.execute(
        "SELECT pin_hash FROM member WHERE id = %s", [member_id]
    ).fetchone() or ("",)
    with house.inside():
        assert is_right(kept, peppered(PIN))
        assert not is_right(kept, peppered("9753"))


def test_who_works_elsewhere_proves_it_by_the_password_from_there(
    app: Flask, house: Restaurant, diner: Restaurant, invite: Callable[[str], tuple[UUID, str]]
) -> None:
    charlie = diner.people["charlie"]
    member_id, link = invite(charlie.email)
    visitor = follow(app, link)

    refused = accept(visitor, NEW_PASSWORD, status=422)
    with house.inside():
        waiting = get_person(member_id).state
    accept(visitor, PASSWORD)

    assert "This password does not fit." in refused.get_text()
    assert waiting == "invited"
    with house.inside():
        assert get_person(member_id).state == "active"
    for tenant in (house.tenant.slug, diner.tenant.slug):
        answer = try_password(app.test_client(), tenant, charlie.email)
        assert answer.status_code == 303
    with house.inside():
        people.deactivate(owner_of(house), member_id)
    assert try_password(app.test_client(), house.tenant.slug, charlie.email).status_code == 422
    assert try_password(app.test_client(), diner.tenant.slug, charlie.email).status_code == 303


def test_the_page_does_not_tell_who_has_an_account(
    app: Flask, diner: Restaurant, house: Restaurant, invite: Callable[[str], tuple[UUID, str]]
) -> None:
    pages = []
    for email in (address_of("nobody", house), diner.people["charlie"].email):
        _member, link = invite(email)
        text = app.test_client().get(link).get_data(as_text=True)
        text = text.replace(email, "").replace(token_in(link), "")
        pages.append(re.sub(r'Token[^}]*|value="[\w.-]{60,}"', "", text))
        accept(follow(app, link), NEW_PASSWORD, pin="12", status=422)

    assert pages[0] == pages[1]


def test_wrong_passwords_at_an_invitation_are_waited_for(
    app: Flask, house: Restaurant, diner: Restaurant, invite: Callable[[str], tuple[UUID, str]]
) -> None:
    member_id, link = invite(diner.people["charlie"].email)
    visitor = follow(app, link)

    for _ in range(5):
        accept(visitor, NEW_PASSWORD, status=422)
    accept(visitor, PASSWORD, status=429)

    assert visitor.answer is not None
    assert int(visitor.answer.headers["Retry-After"]) > 0
    with house.inside():
        assert get_person(member_id).state == "invited"


@pytest.mark.parametrize("has_app", [False, True])
def test_wrong_passwords_at_the_door_keep_nobody_from_accepting(
    app: Flask,
    house: Restaurant,
    diner: Restaurant,
    invite: Callable[[str], tuple[UUID, str]],
    client_of: Callable[[Person], Visitor],
    *,
    has_app: bool,
) -> None:
    eve = newcomer(diner)
    if has_app:
        set_up_app(client_of(eve), eve)
    member_id, link = invite(eve.email)
    for _ in range(5):
        try_password(app.test_client(), house.tenant.slug, eve.email, "not hers")

    visitor = follow(app, link)
    accept(visitor, eve.password)

    asked = f"/t/{house.tenant.slug}/sign-in/second"
    assert visitor.path == (asked if has_app else f"{house.url}/floor")
    with house.inside():
        assert get_person(member_id).state == "active"


def test_a_link_runs_out_after_a_week(
    app: Flask, invite: Callable[[str], tuple[UUID, str]], house: Restaurant
) -> None:
    member_id, link = invite(address_of("ida", house))

    with time_machine.travel(clock.now() + timedelta(days=6, hours=23), tick=False):
        early = app.test_client().get(link).status_code
    with time_machine.travel(clock.now() + timedelta(days=7, minutes=1), tick=False):
        late = app.test_client().get(link).status_code
        owner = signed_in(app, house.people["owner"])
        page = owner.get(f"/t/{house.tenant.slug}/settings/staff/{member_id}")

    assert (early, late) == (200, 410)
    assert "ran out on" in page.get_text()


def test_who_is_invited_can_do_nothing_yet(
    app: Flask, house: Restaurant, diner: Restaurant, invite: Callable[[str], tuple[UUID, str]]
) -> None:
    invite(diner.people["charlie"].email)

    answer = try_password(app.test_client(), house.tenant.slug, diner.people["charlie"].email)

    assert answer.status_code == 422


def test_an_invitation_of_one_restaurant_is_nothing_at_another(
    app: Flask, house: Restaurant, diner: Restaurant, invite: Callable[[str], tuple[UUID, str]]
) -> None:
    _member, link = invite(address_of("ida", house))
    foreign = link.replace(house.tenant.slug, diner.tenant.slug)
    nothing = foreign[:-4] + "AAAA"

    answers = [app.test_client().get(path) for path in (foreign, nothing)]

    assert [answer.status_code for answer in answers] == [410, 410]
    bodies = {
        re.sub(r"[0-9a-f-]{36}|Token[^}]*", "", one.get_data(as_text=True)) for one in answers
    }
    assert len(bodies) == 1


def test_the_secrets_of_an_invitation_reach_no_log_and_no_table(
    app: Flask,
    house: Restaurant,
    invite: Callable[[str], tuple[UUID, str]],
    owner_connection: Connection,
    caplog: pytest.LogCaptureFixture,
) -> None:
    _member, link = invite(address_of("ida", house))

    with caplog.at_level("DEBUG"):
        accept(follow(app, link), NEW_PASSWORD)

    assert "/invite" in caplog.text
    for secret in (token_in(link), NEW_PASSWORD):
        assert secret not in caplog.text
        for table in ("account", "credential", "member", "email_link", "outbox", "audit_entry"):
            row = owner_connection.execute(
                f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{secret}%"]
            ).fetchone()
            assert row == (0,), f"{table} holds a secret"
