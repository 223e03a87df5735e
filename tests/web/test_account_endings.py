"""What a new password or address ends: mailed links, and tokens, at every restaurant."""

from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import text

from app.core.db import execute, transaction
from app.core.ids import new_id
from app.identity.account.people import get_holder
from tests.support.factors import also_at, give_password, link_in, mails_to, newcomer
from tests.support.programs import Program, a_key, a_pair, access_token_of
from tests.support.restaurants import Person, Restaurant
from tests.support.signing_in import try_password
from tests.support.visitor import Visitor

NEW = "seven swans are swimming"
Drain = Callable[[], None]


@pytest.fixture
def bob(bistro: Restaurant) -> Person:
    """A manager with a fresh account."""
    return newcomer(bistro, "owner")


@pytest.fixture
def next_door(bob: Person, trattoria: Restaurant) -> Person:
    """The same person at another restaurant."""
    return also_at(trattoria, bob)


@pytest.fixture
def reset_link(app: Flask, bob: Person, drain: Drain) -> str:
    visitor = Visitor(app)
    visitor.get(f"/t/{bob.tenant}/reset")
    visitor.submit(visitor.form("/reset"), {"email": bob.email})
    drain()
    return link_in(mails_to(app, bob.email)[-1])


def ask_to_move(app: Flask, person: Person, drain: Drain) -> tuple[str, str]:
    """A new address, and the link that was mailed there."""
    email = f"{new_id().hex}@demo.example"
    visitor = give_password(app, person)
    visitor.get(f"/t/{person.tenant}/account/security")
    visitor.submit(visitor.form("/account/email"), {"email": email})
    drain()
    return email, link_in(mails_to(app, email)[0])


def choose(app: Flask, link: str) -> None:
    visitor = Visitor(app)
    visitor.get(link)
    visitor.submit(visitor.form("/reset/password"), {"password": NEW})


def change(app: Flask, person: Person) -> None:
    visitor = give_password(app, person)
    visitor.get(f"/t/{person.tenant}/account/security")
    visitor.submit(
        visitor.form("/account/password"), {"current_password": person.password, "password": NEW}
    )


def follow_to_move(app: Flask, link: str, status: int = 200) -> None:
    reader = Visitor(app)
    reader.get(link)
    reader.submit(reader.form("/email/confirm"), status=status)


def test_a_reset_ends_a_move_that_somebody_has_begun(
    app: Flask, bob: Person, next_door: Person, reset_link: str, drain: Drain
) -> None:
    """Whoever was at the account may have asked, here or at another restaurant."""
    links = [ask_to_move(app, person, drain)[1] for person in (bob, next_door)]

    choose(app, reset_link)

    for link in links:
        Visitor(app).get(link, status=410)


def test_a_reset_that_was_mailed_to_the_old_address_is_over_once_the_account_has_moved(
    app: Flask, bob: Person, reset_link: str, drain: Drain
) -> None:
    email, link = ask_to_move(app, bob, drain)

    follow_to_move(app, link)

    Visitor(app).get(reset_link, status=410)
    assert try_password(app.test_client(), bob.tenant, email).status_code == 303


def test_a_reset_link_is_for_the_address_that_it_was_mailed_to(
    app: Flask, bob: Person, bistro: Restaurant, reset_link: str
) -> None:
    """Even where nothing has ended it, such as one that was just being mailed."""
    with bistro.inside(), transaction():
        execute(
            text("SELECT app.account_email_set(:id, :email)"),
            {"id": get_holder(bob.member_id).account_id, "email": f"{new_id()}@demo.example"},
        )

    Visitor(app).get(reset_link, status=410)


def test_a_changed_password_ends_every_link(
    app: Flask, bob: Person, reset_link: str, drain: Drain
) -> None:
    _email, link = ask_to_move(app, bob, drain)

    change(app, bob)

    Visitor(app).get(reset_link, status=410)
    Visitor(app).get(link, status=410)


def test_a_link_of_somebody_else_is_left_alone(
    app: Flask, bistro: Restaurant, bob: Person, drain: Drain
) -> None:
    _email, link = ask_to_move(app, newcomer(bistro), drain)

    change(app, bob)

    Visitor(app).get(link)


def test_a_hash_that_is_renewed_at_sign_in_ends_no_link(
    app: Flask, bob: Person, bistro: Restaurant, reset_link: str
) -> None:
    with bistro.inside(), transaction():
        execute(
            text("SELECT app.account_password_set(:id, :secret, now())"),
            {
                "id": get_holder(bob.member_id).account_id,
                "secret": PasswordHasher(2, 16, 1).hash(bob.password),
            },
        )

    assert try_password(app.test_client(), bob.tenant, bob.email).status_code == 303

    Visitor(app).get(reset_link)


@pytest.mark.parametrize("way", ["changed", "reset"])
def test_a_new_password_ends_the_persons_programs_everywhere_and_no_machine(
    way: str,
    app: Flask,
    bob: Person,
    next_door: Person,
    bistro: Restaurant,
    trattoria: Restaurant,
    request: pytest.FixtureRequest,
) -> None:
    pairs = [(Program(app, bistro), a_pair(bistro, bob))]
    pairs.append((Program(app, trattoria), a_pair(trattoria, next_door)))
    here, key = Program(app, bistro), a_key(bistro, bob)
    assert all(program.order(pair.access_token).status_code == 201 for program, pair in pairs)

    if way == "changed":
        change(app, bob)
    else:
        choose(app, request.getfixturevalue("reset_link"))

    assert [program.order(pair.access_token).status_code for program, pair in pairs] == [401, 401]
    assert [program.refresh(str(pair.refresh_token)).status_code for program, pair in pairs] == [
        400
    ] * 2
    assert here.order(access_token_of(here.prove(key))).status_code == 201


def test_nobodys_mailbox_is_filled_by_asking_to_move_there(
    app: Flask,
    bob: Person,
    client_of: Callable[[Person], Visitor],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(app.extensions["limits"], "enabled", True)
    visitor = client_of(bob)

    def ask(email: str, status: int) -> None:
        visitor.get(f"/t/{bob.tenant}/account/security")
        visitor.submit(visitor.form("/account/email"), {"email": email}, status=status)

    for status in [200] * 5 + [429]:
        ask("stranger@demo.example", status)
    for number in range(5):
        ask(f"stranger-{number}@demo.example", 200)
    ask("one-too-many@demo.example", 429)
