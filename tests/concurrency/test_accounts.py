"""One account at several restaurants, changed by two at the same moment."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from psycopg import Connection
from sqlalchemy import text

from app.core.db import execute, transaction
from app.core.errors import DomainError
from app.core.ids import new_id
from app.identity.account import commands
from app.identity.account.codes import digest_of, new_codes, new_secret
from app.identity.account.factors import add_factor, factors_of
from app.identity.account.half import Half
from app.identity.account.people import get_holder
from app.identity.account.policy import ask_for_factor
from app.identity.account.second_step import finish_by_code
from app.identity.commands import NewMember, add_member
from app.identity.links import make_link
from app.identity.logins import open_login
from app.identity.queries import Login, find_login
from app.identity.sign_in import sign_in
from app.identity.staff.invitations import LASTS, Answer, accept
from app.identity.staff.people import Work, add
from app.identity.staff.queries import get_role_named
from app.privacy.commands import erase_member
from tests.support.factors import newcomer
from tests.support.restaurants import PASSWORD, Person, Restaurant
from tests.support.trade import owner_of

LIMIT_S = 20.0
WAITING = """
SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE NOT l.granted AND a.datname = current_database()
"""


@pytest.fixture
def here(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    return new_restaurant()


@pytest.fixture
def there(new_restaurant: Callable[..., Restaurant]) -> Restaurant:
    return new_restaurant()


@pytest.fixture
def zoe(here: Restaurant) -> Person:
    return newcomer(here, "owner")


def second_while_first(
    owner: Connection,
    first: tuple[Restaurant, Callable[[], object]],
    second: tuple[Restaurant, Callable[[], object]],
) -> str:
    """Do the second while the first has done its work and not committed it.

    Tells what became of the second: "done", or the code of the refusal.
    """

    def act() -> str:
        with second[0].inside():
            try:
                second[1]()
            except DomainError as refused:
                return refused.code
        return "done"

    with ThreadPoolExecutor(1) as pool:
        with first[0].inside(), transaction():
            first[1]()
            told = pool.submit(act)
            _wait(owner, told)
        return told.result(LIMIT_S)


def _wait(owner: Connection, told: Future[str]) -> None:
    """Until it is through, or waits for what the first holds."""
    until = time.monotonic() + LIMIT_S
    while not told.done() and owner.execute(WAITING).fetchone() == (0,):
        assert time.monotonic() < until, "neither through nor waiting"


def hire(house: Restaurant, person: Person, password: str = PASSWORD) -> UUID:
    new = NewMember(name="Zoe", role="server", email=person.email, password=password)
    return add_member(owner_of(house), new)


def accounts(owner: Connection, email: str) -> int:
    row = owner.execute("SELECT count(*) FROM account WHERE email = %s", [email]).fetchone()
    assert row is not None
    return int(row[0])


def test_of_two_restaurants_that_erase_a_person_at_once_one_forgets_the_account(
    here: Restaurant, there: Restaurant, zoe: Person, owner_connection: Connection
) -> None:
    with there.inside():
        other_id = hire(there, zoe)

    told = second_while_first(
        owner_connection,
        (here, lambda: erase_member(owner_of(here), zoe.member_id)),
        (there, lambda: erase_member(owner_of(there), other_id)),
    )

    assert told == "done"
    assert accounts(owner_connection, zoe.email) == 0


def test_who_is_let_in_while_the_account_is_forgotten_gets_one_that_is_there(
    here: Restaurant, there: Restaurant, zoe: Person, owner_connection: Connection
) -> None:
    anew = "another long and boring password"

    told = second_while_first(
        owner_connection,
        (here, lambda: erase_member(owner_of(here), zoe.member_id)),
        (there, lambda: hire(there, zoe, anew)),
    )

    assert told == "done"
    with there.inside():
        assert sign_in(zoe.email, anew, "203.0.113.1").token is not None


def test_an_account_that_somebody_is_just_let_in_by_is_not_forgotten(
    here: Restaurant, there: Restaurant, zoe: Person, owner_connection: Connection
) -> None:
    told = second_while_first(
        owner_connection,
        (there, lambda: hire(there, zoe)),
        (here, lambda: erase_member(owner_of(here), zoe.member_id)),
    )

    assert told == "done"
    with there.inside():
        assert sign_in(zoe.email, PASSWORD, "203.0.113.1").token is not None


def test_of_two_factors_that_are_removed_at_once_one_stays_where_it_is_asked_for(
    here: Restaurant, zoe: Person, owner_connection: Connection
) -> None:
    with here.inside(), transaction():
        account_id = get_holder(zoe.member_id).account_id
        app_id = add_factor(account_id, "totp", secret=new_secret())
        key_id = add_factor(account_id, "passkey", key_id=new_id().bytes, public_key=b"k")
        ask_for_factor(zoe.actor, needed=True)
    login = _login(here, zoe)

    told = second_while_first(
        owner_connection,
        (here, lambda: commands.remove_factor(login, app_id, "")),
        (here, lambda: commands.remove_factor(login, key_id, zoe.password)),
    )

    assert told == "needed"
    with here.inside():
        assert factors_of(account_id).count == 1


def test_recovery_codes_that_two_renew_at_once_are_ten(
    here: Restaurant, there: Restaurant, zoe: Person, owner_connection: Connection
) -> None:
    """Also from two restaurants: the account is one."""
    with there.inside():
        also = replace(zoe, tenant=there.tenant.slug, member_id=hire(there, zoe))
    with here.inside(), transaction():
        account_id = get_holder(zoe.member_id).account_id
        add_factor(account_id, "totp", secret=new_secret())

    told = second_while_first(
        owner_connection,
        (here, lambda: commands.renew_codes(zoe.member_id)),
        (there, lambda: commands.renew_codes(also.member_id)),
    )

    assert told == "done"
    with here.inside():
        assert factors_of(account_id).codes_left == 10


def test_who_signs_in_with_a_password_that_is_just_replaced_stays_out(
    here: Restaurant, zoe: Person, owner_connection: Connection
) -> None:
    """Also where the old one is due to be hashed anew: that overwrites no newer one."""
    chosen = "another long and boring password"
    login = _login(here, zoe)
    with here.inside(), transaction():
        execute(
            text("SELECT app.account_password_set(:id, :secret, now())"),
            {
                "id": get_holder(zoe.member_id).account_id,
                "secret": PasswordHasher(2, 16, 1).hash(zoe.password),
            },
        )

    told = second_while_first(
        owner_connection,
        (here, lambda: commands.change_password(login, zoe.password, chosen, "")),
        (here, lambda: sign_in(zoe.email, zoe.password, "203.0.113.1")),
    )

    assert told == "wrong_secret"
    assert _open_logins(owner_connection, zoe) == {login.id}
    with here.inside():
        assert sign_in(zoe.email, chosen, "203.0.113.2").token is not None


def test_a_new_password_ends_the_session_that_the_old_one_is_just_opening(
    here: Restaurant, zoe: Person, owner_connection: Connection
) -> None:
    login = _login(here, zoe)

    told = second_while_first(
        owner_connection,
        (here, lambda: sign_in(zoe.email, zoe.password, "203.0.113.1")),
        (here, lambda: commands.change_password(login, zoe.password, "a quite other word", "")),
    )

    assert told == "done"
    assert _open_logins(owner_connection, zoe) == {login.id}


def test_who_is_halfway_by_a_password_that_is_just_replaced_stays_out(
    here: Restaurant, zoe: Person, owner_connection: Connection
) -> None:
    login, codes = _login(here, zoe), new_codes()
    with here.inside(), transaction():
        account_id = get_holder(zoe.member_id).account_id
        add_factor(account_id, "totp", secret=new_secret())
        add_factor(account_id, "recovery", digest=digest_of(codes[0]))
    with here.inside():
        mark = sign_in(zoe.email, zoe.password, "203.0.113.1").mark
    half = Half(member_id=zoe.member_id, account_id=account_id, mark=mark, wanted="")

    told = second_while_first(
        owner_connection,
        (here, lambda: commands.change_password(login, zoe.password, "a quite other word", "")),
        (here, lambda: finish_by_code(half, codes[0], None, None)),
    )

    assert told == "wrong_secret"
    assert _open_logins(owner_connection, zoe) == {login.id}
    with here.inside():
        assert factors_of(account_id).codes_left == 1


def test_who_accepts_an_invitation_by_a_password_that_is_just_replaced_stays_out(
    here: Restaurant, there: Restaurant, zoe: Person, owner_connection: Connection
) -> None:
    login = _login(here, zoe)
    with there.inside():
        token = _invited(there, zoe.email)
    answer = Answer(
        token=token, password=zoe.password, pin="7302", address="203.0.113.1", restaurant=""
    )

    told = second_while_first(
        owner_connection,
        (here, lambda: commands.change_password(login, zoe.password, "a quite other word", "")),
        (there, lambda: accept(answer)),
    )

    assert told == "wrong_secret"


def _invited(house: Restaurant, email: str) -> str:
    """Invite somebody to work there; the token that was mailed."""
    with transaction():
        work = Work(name="Ida", role_id=get_role_named("server").id)
        member_id = add(owner_of(house), work, invited_email=email)
        return make_link("invite", email, lasts=LASTS, member_id=member_id)


def _login(house: Restaurant, person: Person) -> Login:
    with house.inside():
        found = find_login(open_login(person.member_id))
    assert found is not None
    return found


def test_of_two_restaurants_that_open_an_account_for_one_e_mail_the_second_is_told(
    here: Restaurant, there: Restaurant, owner_connection: Connection
) -> None:
    email = f"{new_id().hex}@guests.example"

    def hire(house: Restaurant) -> Callable[[], object]:
        new = NewMember(name="Ida", role="server", email=email, password=PASSWORD)
        return lambda: add_member(owner_of(house), new)

    told = second_while_first(owner_connection, (here, hire(here)), (there, hire(there)))

    assert told == "email_taken"
    with there.inside():
        hire(there)()


def _open_logins(owner: Connection, person: Person) -> set[UUID]:
    rows = owner.execute(
        "SELECT id FROM login_session WHERE member_id = %s AND revoked_at IS NULL",
        [person.member_id],
    )
    return {row[0] for row in rows}
