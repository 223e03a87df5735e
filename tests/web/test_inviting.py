"""Inviting people: mailed, sent again, withdrawn, and refused for who is here already."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

import pytest
from flask import Flask
from psycopg import Connection

from app.identity.staff import invitations, people
from app.identity.staff.queries import get_person
from tests.support.invitations import NEW_PASSWORD, accept, address_of, follow, invited
from tests.support.restaurants import Restaurant
from tests.support.staff import EVERY_ROLE, hire, link_mailed, role_id
from tests.support.trade import owner_of
from tests.support.visitor import signed_in


@pytest.fixture
def house(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    """A restaurant that nobody has been invited to yet."""
    return new_restaurant(EVERY_ROLE)


@pytest.fixture
def invite(house: Restaurant, owner_connection: Connection) -> Callable[[str], tuple[UUID, str]]:
    """`invite("ida@x.example")` is the new member's id and the path of the mailed link."""
    return partial(invited, house, owner_connection)


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


@pytest.mark.parametrize(
    ("how", "sentences"),
    [
        ("invite", ("A name has 1 to 60 characters.", "That is not an e-mail address.")),
        ("add", ("A name has 1 to 60 characters.", "A PIN has 4 digits.")),
    ],
)
def test_every_field_that_is_wrong_says_so_at_once(
    app: Flask, house: Restaurant, how: str, sentences: tuple[str, str]
) -> None:
    owner = signed_in(app, house.people["owner"])
    page = owner.get(f"/t/{house.tenant.slug}/settings/staff/{how}")
    role = page.find("option", string="Server")
    assert role is not None
    values = {"name": "", "email": "", "pin": "12", "role_id": role["value"]}

    refused = owner.submit(owner.form(f"/{how}"), values, status=422)

    said = {one.get_text(strip=True) for one in refused.select(".field .error")}
    assert said == set(sentences)


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
        sam = hire(owner_of(house), "Sam", "server")
        invitations.send(owner_of(house), house.tenant, sam.member_id, address_of("sam", house))
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
            people.deactivate(owner_of(house), server.member_id)
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
