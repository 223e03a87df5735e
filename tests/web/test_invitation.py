"""Coming in by a mailed invitation: new to the product, known elsewhere, or too late."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from bs4 import BeautifulSoup
from flask import Flask
from psycopg import Connection

from app.core import clock
from app.identity.actor import Actor
from app.identity.passwords import is_right, peppered
from app.identity.staff import invitations, people
from app.identity.staff.people import Work
from app.identity.staff.queries import get_person
from tests.support.factors import newcomer, set_up_app
from tests.support.restaurants import PASSWORD, Person, Restaurant
from tests.support.signing_in import try_password
from tests.support.staff import EVERY_ROLE, hire, link_mailed, role_id, token_in
from tests.support.visitor import Visitor, signed_in

NEW_PASSWORD = "an entirely new sentence"
PIN = "8642"


@pytest.fixture
def house(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    """A restaurant that nobody has been invited to yet."""
    return new_restaurant(EVERY_ROLE)


@pytest.fixture
def invite(house: Restaurant, owner_connection: Connection) -> Callable[[str], tuple[UUID, str]]:
    """`invite("ida@x.example")` is the new member's id and the path of the mailed link."""

    def ask(email: str) -> tuple[UUID, str]:
        with house.inside():
            work = Work(name="Ida", role_id=role_id("server"))
            member_id = invitations.invite(boss(house), house.tenant, work, email)
            return member_id, link_mailed(house, owner_connection)

    return ask


def boss(house: Restaurant) -> Actor:
    """The owner."""
    return house.people["owner"].actor


def follow(app: Flask, link: str) -> Visitor:
    """Somebody who follows a link from a mail."""
    visitor = Visitor(app)
    visitor.get(link)
    return visitor


def accept(visitor: Visitor, password: str, *, status: int = 200, pin: str = PIN) -> BeautifulSoup:
    """Fill the invitation in."""
    return visitor.submit(
        visitor.form("/invite"), {"password": password, "pin": pin}, status=status
    )


def address_of(name: str, house: Restaurant) -> str:
    """An e-mail that only this test knows."""
    return f"{name}@{house.tenant.slug}.example"


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


def test_the_mail_leads_to_the_installations_own_address(
    house: Restaurant, owner_connection: Connection, app: Flask
) -> None:
    owner = signed_in(app, house.people["owner"])
    page = owner.get(f"/t/{house.tenant.slug}/settings/staff/invite")
    role = page.find("option", string="Server")
    assert role is not None

    owner.submit(
        owner.form("/invite"),
        {"name": "Ida", "email": address_of("IDA", house), "role_id": role["value"]},
    )

    assert owner.page is not None
    assert "invited" in owner.page.get_text()
    link = link_mailed(house, owner_connection)
    assert link.startswith(f"/t/{house.tenant.slug}/invite?token=")
    assert address_of("ida", house) in follow(app, link).page.get_text()  # type: ignore[union-attr]


def test_who_works_elsewhere_proves_it_by_the_password_from_there(
    app: Flask, house: Restaurant, diner: Restaurant, invite: Callable[[str], tuple[UUID, str]]
) -> None:
    charlie = diner.people["charlie"]
    member_id, link = invite(charlie.email.upper())
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
        people.deactivate(boss(house), member_id)
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


def test_inviting_tells_no_more_of_a_known_address_than_of_an_unknown_one(
    app: Flask, house: Restaurant, diner: Restaurant
) -> None:
    owner = signed_in(app, house.people["owner"])
    page = owner.get(f"/t/{house.tenant.slug}/settings/staff/invite")
    role = page.find("option", string="Server")
    assert role is not None
    shown = []
    for email in (address_of("nobody", house), diner.people["charlie"].email):
        owner.get(f"/t/{house.tenant.slug}/settings/staff/invite")
        values = {"name": "Ida", "email": email, "role_id": role["value"]}
        answer = owner.submit(owner.form("/invite"), values)
        main = answer.select_one("main")
        assert main is not None
        words = main.get_text(" ").replace(email, "")
        shown.append(" ".join(words.split()))

    assert shown[0] == shown[1]


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


def test_a_withdrawn_invitation_leads_nowhere_and_leaves_nothing(
    app: Flask,
    house: Restaurant,
    invite: Callable[[str], tuple[UUID, str]],
    owner_connection: Connection,
) -> None:
    member_id, link = invite(address_of("ida", house))
    late = follow(app, link)
    owner = signed_in(app, house.people["owner"])
    owner.get(f"/t/{house.tenant.slug}/settings/staff/{member_id}")

    owner.submit(owner.form("/withdraw"))
    answer = accept(late, NEW_PASSWORD, status=410)

    assert "has been used or has run out" in answer.get_text()
    for table in ("member", "email_link"):
        row = owner_connection.execute(
            f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{member_id}%"]
        ).fetchone()
        assert row == (0,)


def test_a_link_sent_again_ends_the_one_before(
    app: Flask,
    house: Restaurant,
    invite: Callable[[str], tuple[UUID, str]],
    owner_connection: Connection,
) -> None:
    email = address_of("ida", house)
    member_id, first = invite(email)
    owner = signed_in(app, house.people["owner"])
    owner.get(f"/t/{house.tenant.slug}/settings/staff/{member_id}")
    owner.submit(owner.form("/invitation"), {"email": address_of("ida.new", house)})
    second = link_mailed(house, owner_connection)

    assert app.test_client().get(first).status_code == 410
    accept(follow(app, second), NEW_PASSWORD)
    with house.inside():
        assert get_person(member_id).email == address_of("ida.new", house)


def test_a_pin_only_colleague_may_get_an_e_mail(
    app: Flask, house: Restaurant, owner_connection: Connection
) -> None:
    with house.inside():
        sam = hire(boss(house), "Sam", "server")
        invitations.send(boss(house), house.tenant, sam.member_id, address_of("sam", house))
        link = link_mailed(house, owner_connection)
        waiting = get_person(sam.member_id)

    accept(follow(app, link), NEW_PASSWORD)

    assert waiting.state == "active"
    with house.inside():
        assert get_person(sam.member_id).email == address_of("sam", house)


@pytest.mark.parametrize("is_gone", [False, True])
def test_an_address_that_somebody_has_here_is_told_by_name(
    app: Flask, house: Restaurant, *, is_gone: bool
) -> None:
    server = house.people["server"]
    if is_gone:
        with house.inside():
            people.deactivate(boss(house), server.member_id)
    owner = signed_in(app, house.people["owner"])
    page = owner.get(f"/t/{house.tenant.slug}/settings/staff/invite")
    role = page.find("option", string="Server")
    assert role is not None
    values = {"name": "Again", "email": server.email.upper(), "role_id": role["value"]}

    answer = owner.submit(owner.form("/invite"), values, status=409)

    words = "Reactivate Server instead." if is_gone else "Server works here already"
    assert words in answer.get_text()
    assert answer.select_one("input[name=name][value=Again]")


def test_somebody_who_is_invited_is_not_invited_twice(
    house: Restaurant, invite: Callable[[str], tuple[UUID, str]], app: Flask
) -> None:
    email = address_of("ida", house)
    invite(email)
    owner = signed_in(app, house.people["owner"])
    owner.get(f"/t/{house.tenant.slug}/settings/staff/invite")
    with house.inside():
        values = {"name": "Ida", "email": email, "role_id": str(role_id("server"))}

    answer = owner.submit(owner.form("/invite"), values, status=409)

    assert "Somebody is invited at this e-mail already." in answer.get_text()


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
